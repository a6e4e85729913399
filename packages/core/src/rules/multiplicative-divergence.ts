/**
 * Multiplicative update for the (generalised Kullback–Leibler) divergence.
 * D. D. Lee and H. S. Seung, Algorithms for Non-negative Matrix Factorization, NIPS 13 (2001), (5).
 */
import type { Rule } from "./rule.js";
import { halfStep } from "./rule.js";

/**
 *   H_aμ ← H_aμ · Σ_i W_ia V_iμ/(WH)_iμ / Σ_i W_ia,
 *   W_ia ← W_ia · Σ_μ H_aμ V_iμ/(WH)_iμ / Σ_μ H_aμ                                        (5)
 *
 * Theorem 2: D(V‖WH) never rises; for W, H > 0 it stays exactly at a stationary point. After a
 * step on H the column sums of WH are those of V, after one on W the row sums.
 */
export const multiplicativeDivergence: Rule = {
  algorithm: "multiplicative",
  title: "multiplicative, divergence: Lee & Seung (5)",
  guarantees: { monotone: true, zerosStay: true, conservesSums: true, scales: true },
  supports: ({ beta, weights, penalties }) => beta === 1 && !weights && !penalties,
  step(la, problem, at, factor) {
    const split = la.divergenceTerms({ ...problem, ...at }, factor);
    return halfStep(split, la.scaleByRatio(at[factor], split.numerator, split.denominator));
  },
};
