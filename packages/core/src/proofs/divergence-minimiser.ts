import { type Column, combine, correlate, type Vector } from "./column.js";

/**
 * argmin_h G(h, h^t) of (26–27), where (32) is 0:
 *
 *   h_a = h^t_a / Σ_i W_ia · Σ_i W_ia v_i / (Wh^t)_i   (33)
 *
 * (the paper prints W_kb and W_ib around the sum for W_ka and W_ia), the rule (5). A zero stays
 * zero, and so does the entry of a component whose column of W is 0.
 */
export function divergenceMinimiser(column: Column, from: Vector): Float64Array {
  const x = combine(column, from);
  const numerator = correlate(
    column,
    x.map((x_i, i) => (x_i > 0 ? column.v[i]! / x_i : 0)),
  );
  const sums = correlate(column, x.fill(1));
  return numerator.map((n, a) => (sums[a]! > 0 ? from[a]! * (n / sums[a]!) : from[a]!));
}
