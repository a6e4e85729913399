/**
 * Multiplicative update for any β-divergence, entries weighted, factors penalised.
 * C. Févotte and J. Idier, Algorithms for nonnegative matrix factorization with the
 * beta-divergence, Neural Computation 23 (2011). Penalties: V. Y. F. Tan and C. Févotte, Automatic
 * relevance determination in nonnegative matrix factorization with the β-divergence, IEEE Trans.
 * Pattern Anal. Mach. Intell. 35 (2013).
 */
import { gradientTerms } from "../gradient.js";
import { halfStep, type Problem, type Rule } from "./rule.js";

/**
 *   H ← H ∘ [Wᵀ(M ∘ V ∘ X^(β−2)) ⊘ (Wᵀ(M ∘ X^(β−1)) + l1 + l2 H)]^γ,   X = WH, W likewise,
 *
 * majorize–minimize, so that D_β and its penalties never rise. β = 2 and 1 with nothing else are
 * (4) and (5).
 */
export const multiplicativeBeta: Rule = {
  algorithm: "multiplicative",
  title: "multiplicative, β-divergence: Févotte & Idier",
  guarantees: { monotone: true, zerosStay: true, conservesSums: false, scales: true },
  supports: () => true,
  step(la, problem, at, factor) {
    const split = gradientTerms(la, problem, at, factor);
    const gamma = exponent(problem.beta, (problem.penalties?.[factor].l2 ?? 0) > 0);
    return halfStep(split, la.scaleByRatio(at[factor], split.numerator, split.denominator, gamma));
  },
};

/**
 * γ(β): 1/(2−β) for β < 1, 1 for 1 ≤ β ≤ 2, 1/(β−1) for β > 2. With an L2 penalty the majorizer
 * grows as a square: 1/(3−β) for β ≤ 2, or the objective rises.
 */
export function exponent(beta: Problem["beta"], squared: boolean): number {
  if (beta > 2) return 1 / (beta - 1);
  if (squared) return 1 / (3 - beta);
  return beta < 1 ? 1 / (2 - beta) : 1;
}
