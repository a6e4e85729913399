/**
 * Multiplicative update for any β-divergence, entries weighted.
 * C. Févotte and J. Idier, Algorithms for nonnegative matrix factorization with the
 * beta-divergence, Neural Computation 23 (2011).
 */
import type { Rule } from "./rule.js";
import { halfStep } from "./rule.js";

/**
 *   H ← H ∘ [Wᵀ(M ∘ V ∘ X^(β−2)) ⊘ Wᵀ(M ∘ X^(β−1))]^γ(β),   X = WH, W likewise,
 *
 * majorize–minimize, so that D_β never rises. β = 2 and 1 without weights are (4) and (5).
 */
export const multiplicativeBeta: Rule = {
  algorithm: "multiplicative",
  title: "multiplicative, β-divergence: Févotte & Idier",
  guarantees: { monotone: true, zerosStay: true, conservesSums: false },
  supports: () => true,
  step(la, problem, at, factor) {
    const split = la.divergenceTerms({ ...problem, ...at }, factor);
    const next = la.scaleByRatio(
      at[factor],
      split.numerator,
      split.denominator,
      exponent(problem.beta),
    );
    return halfStep(split, next);
  },
};

/** γ(β): 1/(2−β) for β < 1, 1 for 1 ≤ β ≤ 2, 1/(β−1) for β > 2. */
export function exponent(beta: number): number {
  if (beta < 1) return 1 / (2 - beta);
  return beta <= 2 ? 1 : 1 / (beta - 1);
}
