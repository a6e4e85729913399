/**
 * Error bounds, computed from sizes, the unit roundoff u and what the backend declares; see
 * N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002), chapters 3 and 4.
 */
import { type Precision, U64 } from "./precision.js";
import type { Product } from "./reference/product.js";
import type { Sum } from "./reference/sum.js";
import type { Approximate } from "./sample.js";

/** γ_n = n·u / (1 − n·u): the relative error of n roundings (Higham, lemma 3.1). */
export function gamma(n: number, u: number): number {
  return (n * u) / (1 - n * u);
}

/**
 * |C − Ĉ| ≤ γ_{k+4} (|A||B|) + (k+1)·tiny: k products and sums in any order, a rounding of each
 * operand to the output's dtype and one of the result; the reference's own error is added.
 */
export function productBound(
  { u, tiny }: Precision,
  { rows, cols, inner, values, magnitude }: Product,
): Approximate {
  const relative = gamma(inner + 4, u) + gamma(inner, U64);
  const underflow = (inner + 1) * tiny;
  return { rows, cols, values, bound: magnitude.map((sum) => relative * sum + underflow) };
}

/**
 * Roundings on the way of one term into a sum of n: pairwise has ⌈log2 n⌉. Twice that, and runs of
 * up to 64 terms added one after the other, leave room for lanes, threads and work groups.
 */
export function sumRoundings(n: number): number {
  return Math.min(n, 64 + 2 * Math.ceil(Math.log2(n)));
}

/** |S − Ŝ| ≤ γ (Σ|x|), γ over the roundings of a pairwise sum; the reference is exact to u² n. */
export function sumBound(
  { u, tiny }: Precision,
  { rows, cols, terms, values, magnitude }: Sum,
): Approximate {
  const bound = magnitude.map((sum, i) => {
    const n = Math.max(terms[i]!, 1);
    return (gamma(sumRoundings(n) + 2, u) + 2 * U64) * sum + n * tiny;
  });
  return { rows, cols, values, bound };
}

/** A result that must have exactly these bits, but for the sign of a zero. */
export function exactly(rows: number, cols: number, values: Float64Array): Approximate {
  return { rows, cols, values, bound: new Float64Array(values.length) };
}
