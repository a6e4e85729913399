import { segmentSum } from "./segment-sum";
import { laneSum, mulAdd, VECTOR } from "./simd";

/*
 * Sparse kernels see either index of the matrix (rows of CSR, columns of CSC) as segments:
 * `pointers` bounds them, `indices` says which padded row of the dense factor each entry meets.
 * Padded rows are whole vectors with zeros behind, `step` bytes each. `bounds` cuts the segments
 * into chunks of about equally many entries.
 */

function segments<T>(
  out: usize, pointers: usize, indices: usize, values: usize, dense: usize, step: usize,
  begin: usize, end: usize,
): void {
  for (let r = begin; r < end; r++) {
    const first = load<u32>(pointers + r * 4) as usize;
    const last = load<u32>(pointers + r * 4, 4) as usize;
    for (let q: usize = 0; q < step; q += 8 * VECTOR) {
      const from = dense + q;
      const to = out + r * step + q;
      switch ((step - q) / VECTOR) {
        case 1: segmentSum<T>(first, last, indices, values, 0, from, step, to, 1, false); break;
        case 2: segmentSum<T>(first, last, indices, values, 0, from, step, to, 2, false); break;
        case 3: segmentSum<T>(first, last, indices, values, 0, from, step, to, 3, false); break;
        case 4: segmentSum<T>(first, last, indices, values, 0, from, step, to, 4, false); break;
        case 5: segmentSum<T>(first, last, indices, values, 0, from, step, to, 5, false); break;
        case 6: segmentSum<T>(first, last, indices, values, 0, from, step, to, 6, false); break;
        case 7: segmentSum<T>(first, last, indices, values, 0, from, step, to, 7, false); break;
        default: segmentSum<T>(first, last, indices, values, 0, from, step, to, 8, false);
      }
    }
  }
}

/** out (padded rows, one a segment) = Σ over the segment's entries of value · padded row of `dense`. */
export function sparseProduct(
  wide: bool, out: usize, pointers: usize, indices: usize, values: usize, dense: usize, step: usize,
  bounds: usize, begin: usize, end: usize, scratch: usize,
): void {
  const from = load<u32>(bounds + begin * 4) as usize;
  const to = load<u32>(bounds + end * 4) as usize;
  if (wide) segments<f64>(out, pointers, indices, values, dense, step, from, to);
  else segments<f32>(out, pointers, indices, values, dense, step, from, to);
}

/** Σ over the vectors of two padded rows of `step` bytes. */
// @ts-ignore: decorator
@inline
export function dot<T>(a: usize, b: usize, step: usize): T {
  let s0 = v128.splat<T>(0 as T);
  let s1 = s0;
  let q: usize = 0;
  for (; q + 2 * VECTOR <= step; q += 2 * VECTOR) {
    s0 = mulAdd<T>(v128.load(a + q), v128.load(b + q), s0);
    s1 = mulAdd<T>(v128.load(a + q, VECTOR), v128.load(b + q, VECTOR), s1);
  }
  if (q < step) s0 = mulAdd<T>(v128.load(a + q), v128.load(b + q), s0);
  return laneSum<T>(v128.add<T>(s0, s1));
}

function samples<T>(
  out: usize, pointers: usize, indices: usize, own: usize, other: usize, step: usize,
  begin: usize, end: usize,
): void {
  for (let r = begin; r < end; r++) {
    const row = own + r * step;
    const last = load<u32>(pointers + r * 4, 4) as usize;
    for (let p = load<u32>(pointers + r * 4) as usize; p < last; p++) {
      store<T>(
        out + p * sizeof<T>(),
        dot<T>(row, other + (load<u32>(indices + p * 4) as usize) * step, step),
      );
    }
  }
}

/** out[p] = padded row of the segment · padded row of entry p: WH at the stored entries. */
export function sampledProduct(
  wide: bool, out: usize, pointers: usize, indices: usize, own: usize, other: usize, step: usize,
  bounds: usize, begin: usize, end: usize, scratch: usize,
): void {
  const from = load<u32>(bounds + begin * 4) as usize;
  const to = load<u32>(bounds + end * 4) as usize;
  if (wide) samples<f64>(out, pointers, indices, own, other, step, from, to);
  else samples<f32>(out, pointers, indices, own, other, step, from, to);
}
