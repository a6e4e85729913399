import { lanes, splatAt, VECTOR } from "./simd";

/** The lanes before the n-th. */
// @ts-ignore: decorator
@inline
function firstLanes<T>(n: usize): v128 {
  if (sizeof<T>() == 4) return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n as i32));
  return i64x2.lt_s(i64x2(0, 1), i64x2.splat(n as i64));
}

/** The sum of two f64 lanes and all of a vector's. */
// @ts-ignore: decorator
@inline
function add<T>(sum: v128, a: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.add(sum, a);
  const upper = v128.shuffle<i32>(a, a, 2, 3, 2, 3);
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(upper)));
}

// @ts-ignore: decorator
@inline
function laneTotal(sum: v128, lost: v128): f64 {
  const all = f64x2.add(sum, lost);
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
}

/** What a + b, rounded to `sum`, lost (Knuth's TwoSum); an infinite sum lost nothing. */
// @ts-ignore: decorator
@inline
function lostBy(a: v128, b: v128, sum: v128): v128 {
  const part = f64x2.sub(sum, a);
  const lost = f64x2.add(f64x2.sub(a, f64x2.sub(sum, part)), f64x2.sub(b, part));
  return v128.and(lost, f64x2.eq(lost, lost));
}

/** Vectors of a row that are summed one after the other. */
// @ts-ignore: decorator
@inline
const RUN: usize = 64;

function pieces<T>(
  partial: usize, rows: usize, cols: usize, height: usize,
  x: usize,
  a: usize, aRow: usize, aStep: usize,
  b: usize, bRow: usize, bStep: usize,
  c: usize, cRow: usize, cStep: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  const L = lanes<T>();
  const zero = v128.splat<T>(0 as T);
  for (let q = begin; q < end; q++) {
    // compensated, so that only the short sums of a run round
    let residual = f64x2.splat(0);
    let scale = residual;
    let residualLost = residual;
    let scaleLost = residual;
    const last = min(rows, (q + 1) * height);
    for (let r = q * height; r < last; r++) {
      let entry = x + r * cols * sizeof<T>();
      let numerator = a + r * aRow;
      let denominator = b + r * bRow;
      let fair = c + r * cRow;
      if (aStep == 0) {
        v128.store(scratch, splatAt<T>(numerator));
        numerator = scratch;
      }
      if (bStep == 0) {
        v128.store(scratch, splatAt<T>(denominator), VECTOR);
        denominator = scratch + VECTOR;
      }
      if (cStep == 0) {
        v128.store(scratch, splatAt<T>(fair), 2 * VECTOR);
        fair = scratch + 2 * VECTOR;
      }
      for (let from: usize = 0; from < cols; from += RUN * L) {
        const to = min(cols, from + RUN * L);
        let first = f64x2.splat(0);
        let second = first;
        for (let j = from; j < to; j += L) {
          const value = v128.load(entry);
          const below = v128.load(denominator);
          const slope = v128.sub<T>(below, v128.load(numerator));
          const size = v128.bitselect(value, v128.max<T>(value, v128.load(fair)), v128.gt<T>(slope, zero));
          let residualOf = v128.abs<T>(v128.mul<T>(size, slope));
          let scaleOf = v128.mul<T>(value, below);
          if (j + L > cols) {
            const inside = firstLanes<T>(cols - j);
            residualOf = v128.and(residualOf, inside);
            scaleOf = v128.and(scaleOf, inside);
          }
          first = add<T>(first, residualOf);
          second = add<T>(second, scaleOf);
          entry += VECTOR;
          numerator += aStep;
          denominator += bStep;
          fair += cStep;
        }
        let sum = f64x2.add(residual, first);
        residualLost = f64x2.add(residualLost, lostBy(residual, first, sum));
        residual = sum;
        sum = f64x2.add(scale, second);
        scaleLost = f64x2.add(scaleLost, lostBy(scale, second, sum));
        scale = sum;
      }
    }
    store<f64>(partial + q * 16, laneTotal(residual, residualLost));
    store<f64>(partial + q * 16, laneTotal(scale, scaleLost), 8);
  }
}

/**
 * Pieces begin … end of `height` rows of x (rows × cols), ∇ = denominator − numerator: partial[2q] =
 * Σ x ∘ ∇₊ + max(x, x̄) ∘ (−∇)₊, partial[2q + 1] = Σ x ∘ denominator, in f64. The numerator a, the denominator b and
 * x̄, c, are operands as in elementwise.ts.
 */
export function stationarity(
  wide: bool, partial: usize, rows: usize, cols: usize, height: usize,
  x: usize,
  a: usize, aRow: usize, aStep: usize,
  b: usize, bRow: usize, bStep: usize,
  c: usize, cRow: usize, cStep: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) pieces<f64>(partial, rows, cols, height, x, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, begin, end, scratch);
  else pieces<f32>(partial, rows, cols, height, x, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, begin, end, scratch);
}
