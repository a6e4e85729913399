import { laneSum, mulAdd, splatAt, VECTOR } from "./simd";

/*
 * Sparse kernels see either index of the matrix (rows of CSR, columns of CSC) as segments:
 * `pointers` bounds them, `indices` says which padded row of the dense factor each entry meets.
 * Padded rows are whole vectors with zeros behind, `step` bytes each. `bounds` cuts the segments
 * into chunks of about equally many entries.
 */

/** Up to eight vectors of the sum of a segment, kept in registers. */
// @ts-ignore: decorator
@inline
function strip<T>(
  first: usize, last: usize, indices: usize, values: usize,
  dense: usize, step: usize, out: usize, vectors: i32,
): void {
  let s0 = v128.splat<T>(0 as T);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  for (let p = first; p < last; p++) {
    const v = splatAt<T>(values + p * sizeof<T>());
    const row = dense + (load<u32>(indices + p * 4) as usize) * step;
    s0 = mulAdd<T>(v, v128.load(row), s0);
    if (vectors > 1) s1 = mulAdd<T>(v, v128.load(row, VECTOR), s1);
    if (vectors > 2) s2 = mulAdd<T>(v, v128.load(row, 2 * VECTOR), s2);
    if (vectors > 3) s3 = mulAdd<T>(v, v128.load(row, 3 * VECTOR), s3);
    if (vectors > 4) s4 = mulAdd<T>(v, v128.load(row, 4 * VECTOR), s4);
    if (vectors > 5) s5 = mulAdd<T>(v, v128.load(row, 5 * VECTOR), s5);
    if (vectors > 6) s6 = mulAdd<T>(v, v128.load(row, 6 * VECTOR), s6);
    if (vectors > 7) s7 = mulAdd<T>(v, v128.load(row, 7 * VECTOR), s7);
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
        case 1: strip<T>(first, last, indices, values, from, step, to, 1); break;
        case 2: strip<T>(first, last, indices, values, from, step, to, 2); break;
        case 3: strip<T>(first, last, indices, values, from, step, to, 3); break;
        case 4: strip<T>(first, last, indices, values, from, step, to, 4); break;
        case 5: strip<T>(first, last, indices, values, from, step, to, 5); break;
        case 6: strip<T>(first, last, indices, values, from, step, to, 6); break;
        case 7: strip<T>(first, last, indices, values, from, step, to, 7); break;
        default: strip<T>(first, last, indices, values, from, step, to, 8);
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
