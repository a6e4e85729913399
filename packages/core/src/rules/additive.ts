/**
 * Gradient descent with a constant step size, projected on the nonnegative factors.
 * D. D. Lee and H. S. Seung, Algorithms for Non-negative Matrix Factorization, NIPS 13 (2001), (6)
 * and (8).
 */
import { gradientTerms } from "../gradient.js";
import { halfStep, type Rule } from "./rule.js";

/**
 *   H ← max(0, H + η (WᵀV − WᵀWH))              (6), β = 2
 *   H ← max(0, H + η (Wᵀ(V ⊘ WH) − Wᵀ1))        (8), β = 1,   W likewise,
 *
 * weights and penalties in the gradient. η is in units that depend on V's, so that the same η on
 * other units is another rule; too large a one raises the objective, a small one lowers it slowly.
 */
export const additive: Rule = {
  algorithm: "additive",
  title: "additive, constant η: Lee & Seung (6), (8)",
  guarantees: { monotone: false, zerosStay: false, conservesSums: false, scales: false },
  supports: ({ beta }) => beta === 2 || beta === 1,
  step(la, problem, at, factor) {
    const split = gradientTerms(la, problem, at, factor);
    using descent = la.sub(split.numerator, split.denominator);
    using move = la.mul(problem.eta?.[factor] ?? 1, descent);
    using moved = la.add(at[factor], move);
    return halfStep(split, la.max(moved, 0));
  },
};
