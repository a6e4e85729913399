import { type Column, combine, correlate, requirePositive, type Vector } from "./column.js";

/**
 * The diagonal of K(h^t), K_ab = δ_ab (WᵀWh^t)_a / h^t_a: k entries   (13)
 *
 * The smallest diagonal curvature that majorizes F and makes the step of length 1/K multiplicative.
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function curvature(column: Column, from: Vector): Float64Array {
  requirePositive(from);
  return correlate(column, combine(column, from)).map((slope, a) => slope / from[a]!);
}
