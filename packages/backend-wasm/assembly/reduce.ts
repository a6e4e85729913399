import { loadPair, VECTOR } from "./simd";

// Sums are pairwise and in f64, so that their error grows with the logarithm of the number of terms.

// @ts-ignore: decorator
@unmanaged
class Sum {
  // @ts-ignore: decorator
  @inline
  of(a: v128, b: v128): v128 {
    return f64x2.add(a, b);
  }
  // @ts-ignore: decorator
  @inline
  start(): f64 {
    return 0;
  }
}

// @ts-ignore: decorator
@unmanaged
class Min {
  // @ts-ignore: decorator
  @inline
  of(a: v128, b: v128): v128 {
    return f64x2.min(a, b);
  }
  // @ts-ignore: decorator
  @inline
  start(): f64 {
    return Infinity;
  }
}

// @ts-ignore: decorator
@unmanaged
class Max {
  // @ts-ignore: decorator
  @inline
  of(a: v128, b: v128): v128 {
    return f64x2.max(a, b);
  }
  // @ts-ignore: decorator
  @inline
  start(): f64 {
    return -Infinity;
  }
}

// @ts-ignore: decorator
@inline
function both<Op>(a: f64, b: f64): f64 {
  // @ts-ignore: Op has `of`
  return f64x2.extract_lane(changetype<Op>(0).of(f64x2.splat(a), f64x2.splat(b)), 0);
}

/** The n entries at an address, one after the other. */
function run<T, Op>(a: usize, n: usize): f64 {
  const f = changetype<Op>(0);
  if (n > 256) {
    const half = (n >> 1) & ~7;
    return both<Op>(run<T, Op>(a, half), run<T, Op>(a + half * sizeof<T>(), n - half));
  }
  // @ts-ignore: Op has `start`
  const start: f64 = f.start();
  let s0 = f64x2.splat(start);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i: usize = 0;
  for (; i + 8 <= n; i += 8, a += 8 * sizeof<T>()) {
    s0 = f.of(s0, loadPair<T>(a));
    s1 = f.of(s1, loadPair<T>(a + 2 * sizeof<T>()));
    s2 = f.of(s2, loadPair<T>(a + 4 * sizeof<T>()));
    s3 = f.of(s3, loadPair<T>(a + 6 * sizeof<T>()));
  }
  s0 = f.of(f.of(s0, s1), f.of(s2, s3));
  let s = both<Op>(f64x2.extract_lane(s0, 0), f64x2.extract_lane(s0, 1));
  for (; i < n; i++, a += sizeof<T>()) s = both<Op>(s, load<T>(a) as f64);
  return s;
}

/** Columns handled at once when the rows disappear: a cache line or two. */
// @ts-ignore: decorator
@inline
const STRIP: usize = 16;

/** STRIP columns of `rows` rows into STRIP f64 at `to`; the f64 behind them are scratch. */
function strip<T, Op>(a: usize, step: usize, rows: usize, to: usize): void {
  const f = changetype<Op>(0);
  if (rows > 64) {
    const half = rows >> 1;
    const other = to + STRIP * 8;
    strip<T, Op>(a, step, half, to);
    strip<T, Op>(a + half * step, step, rows - half, other);
    for (let q: usize = 0; q < STRIP * 8; q += VECTOR) {
      v128.store(to + q, f.of(v128.load(to + q), v128.load(other + q)));
    }
    return;
  }
  for (let q: usize = 0; q < STRIP; q += 4) {
    // @ts-ignore: Op has `start`
    let s0 = f64x2.splat(f.start());
    let s1 = s0;
    let at = a + q * sizeof<T>();
    for (let i: usize = 0; i < rows; i++, at += step) {
      s0 = f.of(s0, loadPair<T>(at));
      s1 = f.of(s1, loadPair<T>(at + 2 * sizeof<T>()));
    }
    v128.store(to + q * 8, s0);
    v128.store(to + q * 8, s1, VECTOR);
  }
}

/** A result in f64 (`wide`) or f32. */
// @ts-ignore: decorator
@inline
function put(wide: bool, out: usize, i: usize, value: f64): void {
  if (wide) store<f64>(out + i * 8, value);
  else store<f32>(out + i * 4, value as f32);
}

function alongRows<T, Op>(wideOut: bool, out: usize, a: usize, rows: usize, cols: usize, begin: usize, end: usize, scratch: usize): void {
  const step = cols * sizeof<T>();
  for (let s = begin; s < end; s++) {
    const j = s * STRIP;
    const n = min(STRIP, cols - j);
    if (n == STRIP) {
      strip<T, Op>(a + j * sizeof<T>(), step, rows, scratch);
    } else {
      for (let q: usize = 0; q < n; q++) {
        store<f64>(scratch + q * 8, column<T, Op>(a + (j + q) * sizeof<T>(), step, rows));
      }
    }
    for (let q: usize = 0; q < n; q++) put(wideOut, out, j + q, load<f64>(scratch + q * 8));
  }
}

function column<T, Op>(a: usize, step: usize, rows: usize): f64 {
  if (rows > 64) {
    const half = rows >> 1;
    return both<Op>(column<T, Op>(a, step, half), column<T, Op>(a + half * step, step, rows - half));
  }
  // @ts-ignore: Op has `start`
  let s: f64 = changetype<Op>(0).start();
  for (let i: usize = 0; i < rows; i++, a += step) s = both<Op>(s, load<T>(a) as f64);
  return s;
}

// @ts-ignore: decorator
@inline
function pick<T>(op: i32, a: usize, n: usize): f64 {
  if (op == 0) return run<T, Sum>(a, n);
  return op == 1 ? run<T, Min>(a, n) : run<T, Max>(a, n);
}

/**
 * Each piece [begin … end) of the `total` entries, `cols` long, into one entry.
 * Here and below the operand is f64 (`wide`) or f32, the result f64 (`wideOut`) or f32.
 */
export function reducePieces(
  wide: bool, op: i32, wideOut: bool, out: usize, a: usize, cols: usize, total: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  for (let r = begin; r < end; r++) {
    const first = r * cols;
    const n = min(cols, total - first);
    const s = wide ? pick<f64>(op, a + first * 8, n) : pick<f32>(op, a + first * 4, n);
    put(wideOut, out, r, s);
  }
}

/** Strips begin … end of STRIP columns, the rows disappearing. */
export function reduceRows(
  wide: bool, op: i32, wideOut: bool, out: usize, a: usize, rows: usize, cols: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) {
    if (op == 0) alongRows<f64, Sum>(wideOut, out, a, rows, cols, begin, end, scratch);
    else if (op == 1) alongRows<f64, Min>(wideOut, out, a, rows, cols, begin, end, scratch);
    else alongRows<f64, Max>(wideOut, out, a, rows, cols, begin, end, scratch);
  } else {
    if (op == 0) alongRows<f32, Sum>(wideOut, out, a, rows, cols, begin, end, scratch);
    else if (op == 1) alongRows<f32, Min>(wideOut, out, a, rows, cols, begin, end, scratch);
    else alongRows<f32, Max>(wideOut, out, a, rows, cols, begin, end, scratch);
  }
}

/** Sums of the segments begin … end of `values` that `pointers` bounds: rows of a CSR matrix, columns of a CSC one. */
export function reduceSegments(
  wide: bool, wideOut: bool, out: usize, values: usize, pointers: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  for (let r = begin; r < end; r++) {
    const first = load<u32>(pointers + r * 4) as usize;
    const n = (load<u32>(pointers + r * 4, 4) as usize) - first;
    put(wideOut, out, r, wide ? run<f64, Sum>(values + first * 8, n) : run<f32, Sum>(values + first * 4, n));
  }
}
