import { type Column, combine, correlate, type Vector } from "./column.js";

/**
 * h_a + η_a [Σ_i W_ia v_i / (Wh)_i − Σ_i W_ia]: gradient descent on (28)   (8)
 *
 * @param eta k step sizes. Nothing keeps the result nonnegative but the right ones.
 */
export function additiveDivergence(column: Column, h: Vector, eta: Vector): Float64Array {
  const x = combine(column, h);
  const numerator = correlate(
    column,
    x.map((x_i, i) => (x_i > 0 ? column.v[i]! / x_i : 0)),
  );
  const sums = correlate(column, x.fill(1));
  return numerator.map((n, a) => h[a]! + eta[a]! * (n - sums[a]!));
}

/** η_a = h_a / Σ_i W_ia, with which (8) is (5); 0 where the column of W is   (9) */
export function divergenceStepSizes(column: Column, h: Vector): Float64Array {
  const sums = correlate(column, new Float64Array(column.v.length).fill(1));
  return sums.map((sum, a) => (sum > 0 ? h[a]! / sum : 0));
}
