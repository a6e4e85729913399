import { type Column, combine, correlate, type Vector } from "./column.js";

/**
 * argmin_h G(h, h^t) of (14): h^t − K(h^t)⁻¹ ∇F(h^t)   (24), which is
 *
 *   h_a = h^t_a (Wᵀv)_a / (WᵀWh^t)_a   (25)
 *
 * (the paper prints x for v), the rule (4). A zero stays zero, and so does an entry whose
 * denominator is 0: F does not depend on it.
 */
export function euclideanMinimiser(column: Column, from: Vector): Float64Array {
  const numerator = correlate(column, column.v);
  const denominator = correlate(column, combine(column, from));
  return numerator.map((n, a) =>
    denominator[a]! > 0 ? from[a]! * (n / denominator[a]!) : from[a]!,
  );
}
