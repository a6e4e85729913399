import { lossOf } from "./dense-loss";
import { laneSum, mulAdd, VECTOR } from "./simd";
import { dot } from "./spmm";

/** v/x, 0 where x = 0. */
// @ts-ignore: decorator
@inline
function ratioOf<T>(v: T, x: T): T {
  return x != 0 ? ((v / x) as T) : (0 as T);
}

/**
 * Σ over a segment's entries of v/x · other's row, x = own row · other's row: the numerator of a
 * Kullback–Leibler step, own row and sum in registers. Rows of `vectors` ≤ 8 vectors.
 */
// @ts-ignore: decorator
@inline
function short<T>(
  first: usize, last: usize, indices: usize, values: usize,
  own: usize, other: usize, step: usize, out: usize, vectors: i32,
): void {
  const o0 = v128.load(own);
  let o1 = o0;
  let o2 = o0;
  let o3 = o0;
  let o4 = o0;
  let o5 = o0;
  let o6 = o0;
  let o7 = o0;
  if (vectors > 1) o1 = v128.load(own, VECTOR);
  if (vectors > 2) o2 = v128.load(own, 2 * VECTOR);
  if (vectors > 3) o3 = v128.load(own, 3 * VECTOR);
  if (vectors > 4) o4 = v128.load(own, 4 * VECTOR);
  if (vectors > 5) o5 = v128.load(own, 5 * VECTOR);
  if (vectors > 6) o6 = v128.load(own, 6 * VECTOR);
  if (vectors > 7) o7 = v128.load(own, 7 * VECTOR);
  let s0 = v128.splat<T>(0 as T);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  for (let p = first; p < last; p++) {
    const row = other + (load<u32>(indices + p * 4) as usize) * step;
    let even = v128.mul<T>(o0, v128.load(row));
    if (vectors > 1) {
      let odd = v128.mul<T>(o1, v128.load(row, VECTOR));
      if (vectors > 2) even = mulAdd<T>(o2, v128.load(row, 2 * VECTOR), even);
      if (vectors > 3) odd = mulAdd<T>(o3, v128.load(row, 3 * VECTOR), odd);
      if (vectors > 4) even = mulAdd<T>(o4, v128.load(row, 4 * VECTOR), even);
      if (vectors > 5) odd = mulAdd<T>(o5, v128.load(row, 5 * VECTOR), odd);
      if (vectors > 6) even = mulAdd<T>(o6, v128.load(row, 6 * VECTOR), even);
      if (vectors > 7) odd = mulAdd<T>(o7, v128.load(row, 7 * VECTOR), odd);
      even = v128.add<T>(even, odd);
    }
    const r = v128.splat<T>(ratioOf<T>(load<T>(values + p * sizeof<T>()), laneSum<T>(even)));
    s0 = mulAdd<T>(r, v128.load(row), s0);
    if (vectors > 1) s1 = mulAdd<T>(r, v128.load(row, VECTOR), s1);
    if (vectors > 2) s2 = mulAdd<T>(r, v128.load(row, 2 * VECTOR), s2);
    if (vectors > 3) s3 = mulAdd<T>(r, v128.load(row, 3 * VECTOR), s3);
    if (vectors > 4) s4 = mulAdd<T>(r, v128.load(row, 4 * VECTOR), s4);
    if (vectors > 5) s5 = mulAdd<T>(r, v128.load(row, 5 * VECTOR), s5);
    if (vectors > 6) s6 = mulAdd<T>(r, v128.load(row, 6 * VECTOR), s6);
    if (vectors > 7) s7 = mulAdd<T>(r, v128.load(row, 7 * VECTOR), s7);
  }
  v128.store(out, s0);
  if (vectors > 1) v128.store(out, s1, VECTOR);
  if (vectors > 2) v128.store(out, s2, 2 * VECTOR);
  if (vectors > 3) v128.store(out, s3, 3 * VECTOR);
  if (vectors > 4) v128.store(out, s4, 4 * VECTOR);
  if (vectors > 5) v128.store(out, s5, 5 * VECTOR);
  if (vectors > 6) v128.store(out, s6, 6 * VECTOR);
  if (vectors > 7) v128.store(out, s7, 7 * VECTOR);
}

/** The same for rows of any length, the sum in memory. */
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
      case 1: short<T>(first, last, indices, values, row, other, step, to, 1); break;
      case 2: short<T>(first, last, indices, values, row, other, step, to, 2); break;
      case 3: short<T>(first, last, indices, values, row, other, step, to, 3); break;
      case 4: short<T>(first, last, indices, values, row, other, step, to, 4); break;
      case 5: short<T>(first, last, indices, values, row, other, step, to, 5); break;
      case 6: short<T>(first, last, indices, values, row, other, step, to, 6); break;
      case 7: short<T>(first, last, indices, values, row, other, step, to, 7); break;
      case 8: short<T>(first, last, indices, values, row, other, step, to, 8); break;
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
