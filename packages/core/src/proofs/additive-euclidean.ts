import { type Column, combine, correlate, type Vector } from "./column.js";

/**
 * h_a + η_a [(Wᵀv)_a − (WᵀWh)_a]: gradient descent on (15), a step size for each entry   (6)
 *
 * @param eta k step sizes. Nothing keeps the result nonnegative but the right ones.
 */
export function additiveEuclidean(column: Column, h: Vector, eta: Vector): Float64Array {
  const numerator = correlate(column, column.v);
  const denominator = correlate(column, combine(column, h));
  return numerator.map((n, a) => h[a]! + eta[a]! * (n - denominator[a]!));
}

/** η_a = h_a / (WᵀWh)_a, with which (6) is (4); 0 where the denominator is   (7) */
export function euclideanStepSizes(column: Column, h: Vector): Float64Array {
  return correlate(column, combine(column, h)).map((p, a) => (p > 0 ? h[a]! / p : 0));
}
