import { transposeInto } from "./panel";
import { lanes, mulAdd, splatAt, VECTOR } from "./simd";

/** Bytes of one component in a strip: four vectors of independent columns. */
// @ts-ignore: decorator
@inline
const STRIP: usize = 4 * VECTOR;

// @ts-ignore: decorator
@inline
function moved<T>(x: usize, cross: usize, gx: v128, l1: v128, l2: v128, scale: v128): void {
  const was = v128.load(x);
  const gradient = v128.sub<T>(
    v128.sub<T>(v128.sub<T>(v128.load(cross), l1), gx), v128.mul<T>(l2, was),
  );
  v128.store(
    x, v128.max<T>(v128.splat<T>(0 as T), v128.add<T>(was, v128.div<T>(gradient, scale))),
  );
}

/** One sweep over the components of a strip: x and cross are k rows of STRIP bytes. */
function sweepStrip<T>(x: usize, cross: usize, gram: usize, k: usize, l1: f64, l2: f64): void {
  const size = sizeof<T>();
  const first = v128.splat<T>(l1 as T);
  const second = v128.splat<T>(l2 as T);
  for (let a: usize = 0; a < k; a++) {
    const row = gram + a * k * size;
    const scale = load<T>(row + a * size) + (l2 as T);
    if (scale == 0) continue;
    let s0 = v128.splat<T>(0 as T);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let b: usize = 0; b < k; b++) {
      const g = splatAt<T>(row + b * size);
      const at = x + b * STRIP;
      s0 = mulAdd<T>(g, v128.load(at), s0);
      s1 = mulAdd<T>(g, v128.load(at, VECTOR), s1);
      s2 = mulAdd<T>(g, v128.load(at, 2 * VECTOR), s2);
      s3 = mulAdd<T>(g, v128.load(at, 3 * VECTOR), s3);
    }
    const d = v128.splat<T>(scale);
    const to = x + a * STRIP;
    const c = cross + a * STRIP;
    moved<T>(to, c, s0, first, second, d);
    moved<T>(to + VECTOR, c + VECTOR, s1, first, second, d);
    moved<T>(to + 2 * VECTOR, c + 2 * VECTOR, s2, first, second, d);
    moved<T>(to + 3 * VECTOR, c + 3 * VECTOR, s3, first, second, d);
  }
}

function strips<T>(
  out: usize, x: usize, gram: usize, cross: usize, count: usize, k: usize, byRows: bool,
  l1: f64, l2: f64, begin: usize, end: usize, scratch: usize,
): void {
  const size = sizeof<T>();
  const width = 4 * lanes<T>();
  const other = scratch + k * STRIP;
  for (let q = begin; q < end; q++) {
    const j = q * width;
    const n = min(width, count - j);
    if (byRows) {
      transposeInto<T>(n, k, x + j * k * size, k * size, scratch, STRIP);
      transposeInto<T>(n, k, cross + j * k * size, k * size, other, STRIP);
    } else {
      for (let a: usize = 0; a < k; a++) {
        memory.copy(scratch + a * STRIP, x + (a * count + j) * size, n * size);
        memory.copy(other + a * STRIP, cross + (a * count + j) * size, n * size);
      }
    }
    sweepStrip<T>(scratch, other, gram, k, l1, l2);
    if (byRows) {
      transposeInto<T>(k, n, scratch, STRIP, out + j * k * size, k * size);
    } else {
      for (let a: usize = 0; a < k; a++) memory.copy(out + (a * count + j) * size, scratch + a * STRIP, n * size);
    }
  }
}

/**
 * One sweep of coordinate descent (HALS) over strips begin … end of four vectors of columns
 * (x k×count), or (`byRows`) of rows (x count×k): the components one after the other, columns independent.
 */
export function coordinateSweep(
  wide: bool, out: usize, x: usize, gram: usize, cross: usize, count: usize, k: usize, byRows: bool,
  l1: f64, l2: f64, begin: usize, end: usize, scratch: usize,
): void {
  if (wide) strips<f64>(out, x, gram, cross, count, k, byRows, l1, l2, begin, end, scratch);
  else strips<f32>(out, x, gram, cross, count, k, byRows, l1, l2, begin, end, scratch);
}
