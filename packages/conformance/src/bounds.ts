/**
 * Error bounds, computed from sizes, the unit roundoff u and what the backend declares; see
 * N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002), chapters 3 and 4.
 */
import type { Context } from "./context.js";
import type { Product } from "./reference/product.js";
import type { Approximate } from "./sample.js";

/** γ_n = n·u / (1 − n·u): the relative error of n roundings (Higham, lemma 3.1). */
export function gamma(n: number, u: number): number {
  return (n * u) / (1 - n * u);
}

/**
 * |C − Ĉ| ≤ γ_{k+4} (|A||B|) + (k+1)·tiny: k products and sums in any order, a rounding of each operand to
 * `out.dtype`, one of the result, and the reference's own error, which is as large in float64.
 */
export function productBound(
  context: Context,
  { rows, cols, inner, values, magnitude }: Product,
): Approximate {
  const reference = gamma(inner, 2 ** -53);
  const relative = gamma(inner + 4, context.u) + reference;
  const underflow = (inner + 1) * context.tiny;
  return { rows, cols, values, bound: magnitude.map((sum) => relative * sum + underflow) };
}
