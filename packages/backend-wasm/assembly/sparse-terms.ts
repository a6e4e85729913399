import { lossOf } from "./dense-loss";
import { ratioOf, segmentSum } from "./segment-sum";
import { mulAdd, VECTOR } from "./simd";
import { dot } from "./spmm";

/** `segmentSum` of ratios for rows of any length, the sum in memory. */
function long<T>(
  first: usize, last: usize, indices: usize, values: usize,
  own: usize, other: usize, step: usize, out: usize,
): void {
  memory.fill(out, 0, step);
  for (let p = first; p < last; p++) {
    const row = other + (load<u32>(indices + p * 4) as usize) * step;
    const r = v128.splat<T>(ratioOf<T>(load<T>(values + p * sizeof<T>()), dot<T>(own, row, step)));
    for (let q: usize = 0; q < step; q += VECTOR) {
      v128.store(out + q, mulAdd<T>(r, v128.load(row + q), v128.load(out + q)));
    }
  }
}

function segments<T>(
  out: usize, pointers: usize, indices: usize, values: usize, own: usize, other: usize, step: usize,
  begin: usize, end: usize,
): void {
  for (let r = begin; r < end; r++) {
    const first = load<u32>(pointers + r * 4) as usize;
    const last = load<u32>(pointers + r * 4, 4) as usize;
    const row = own + r * step;
    const to = out + r * step;
    switch (step / VECTOR) {
      case 1: segmentSum<T>(first, last, indices, values, row, other, step, to, 1, true); break;
      case 2: segmentSum<T>(first, last, indices, values, row, other, step, to, 2, true); break;
      case 3: segmentSum<T>(first, last, indices, values, row, other, step, to, 3, true); break;
      case 4: segmentSum<T>(first, last, indices, values, row, other, step, to, 4, true); break;
      case 5: segmentSum<T>(first, last, indices, values, row, other, step, to, 5, true); break;
      case 6: segmentSum<T>(first, last, indices, values, row, other, step, to, 6, true); break;
      case 7: segmentSum<T>(first, last, indices, values, row, other, step, to, 7, true); break;
      case 8: segmentSum<T>(first, last, indices, values, row, other, step, to, 8, true); break;
      default: long<T>(first, last, indices, values, row, other, step, to);
    }
  }
}

/**
 * (V ⊘ X) times the other factor, X = WH on the pattern, in one pass over the entries: padded rows
 * `out`, one for each segment between bounds[begin] and bounds[end].
 */
export function sparseRatios(
  wide: bool, out: usize, pointers: usize, indices: usize, values: usize,
  own: usize, other: usize, step: usize,
  bounds: usize, begin: usize, end: usize, scratch: usize,
): void {
  const from = load<u32>(bounds + begin * 4) as usize;
  const to = load<u32>(bounds + end * 4) as usize;
  if (wide) segments<f64>(out, pointers, indices, values, own, other, step, from, to);
  else segments<f32>(out, pointers, indices, values, own, other, step, from, to);
}

/**
 * Entries of flat pieces begin … end of `cols`: partial[4q …] = Σ m·d_β(v, x) over the finite ones,
 * the number of the others, Σ x, Σ x². V and M are f64 (`wide`) or f32, X is f64.
 */
export function sparseLoss(
  wide: bool, partial: usize, beta: f64, v: usize, x: usize, weights: usize, cols: usize, total: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  for (let q = begin; q < end; q++) {
    const first = q * cols;
    const n = min(cols, total - first);
    const at = first * (wide ? 8 : 4);
    const to = partial + q * 32;
    const m = weights != 0 ? weights + at : 0;
    store<f64>(to, 0, 8);
    store<f64>(
      to,
      wide
        ? lossOf<f64, f64>(beta, v + at, x + first * 8, m, n, to + 8)
        : lossOf<f32, f64>(beta, v + at, x + first * 8, m, n, to + 8),
    );
    let sum: f64 = 0;
    let squares: f64 = 0;
    for (let p = first; p < first + n; p++) {
      const model = load<f64>(x + p * 8);
      sum += model;
      squares += model * model;
    }
    store<f64>(to, sum, 16);
    store<f64>(to, squares, 24);
  }
}
