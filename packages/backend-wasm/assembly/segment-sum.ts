import { laneSum, mulAdd, splatAt, VECTOR } from "./simd";

/** v/x, 0 where x = 0. */
// @ts-ignore: decorator
@inline
export function ratioOf<T>(v: T, x: T): T {
  return x != 0 ? ((v / x) as T) : (0 as T);
}

/**
 * Σ over a segment's entries of v · other's row, or with `ratios` of v/x · other's row, x = own row ·
 * other's row: a sparse product, and the numerator of a Kullback–Leibler step. Own row and sum stay in
 * registers, up to eight `vectors` each. Callers give constants for `vectors` and `ratios`: no branch is left.
 */
// @ts-ignore: decorator
@inline
export function segmentSum<T>(
  first: usize, last: usize, indices: usize, values: usize,
  own: usize, other: usize, step: usize, out: usize, vectors: i32, ratios: bool,
): void {
  let o0 = v128.splat<T>(0 as T);
  let o1 = o0;
  let o2 = o0;
  let o3 = o0;
  let o4 = o0;
  let o5 = o0;
  let o6 = o0;
  let o7 = o0;
  if (ratios) o0 = v128.load(own);
  if (ratios && vectors > 1) o1 = v128.load(own, VECTOR);
  if (ratios && vectors > 2) o2 = v128.load(own, 2 * VECTOR);
  if (ratios && vectors > 3) o3 = v128.load(own, 3 * VECTOR);
  if (ratios && vectors > 4) o4 = v128.load(own, 4 * VECTOR);
  if (ratios && vectors > 5) o5 = v128.load(own, 5 * VECTOR);
  if (ratios && vectors > 6) o6 = v128.load(own, 6 * VECTOR);
  if (ratios && vectors > 7) o7 = v128.load(own, 7 * VECTOR);
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
    let r: v128;
    if (ratios) {
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
      r = v128.splat<T>(ratioOf<T>(load<T>(values + p * sizeof<T>()), laneSum<T>(even)));
    } else {
      r = splatAt<T>(values + p * sizeof<T>());
    }
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
