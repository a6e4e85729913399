/**
 * Gradient descent with a line search, projected on the nonnegative factors.
 * D. D. Lee and H. S. Seung, Algorithms for Non-negative Matrix Factorization, NIPS 13 (2001), (6)
 * and (8), a step size for each column of H and each row of W; projection and backtracking by
 * C.-J. Lin, Projected gradient methods for nonnegative matrix factorization, Neural Computation
 * 19 (2007).
 */
import { terms } from "../matrix.js";
import { freePart, lineSearch, pointAt } from "./line-search.js";
import { halfStep, type Rule } from "./rule.js";
import { Subproblem } from "./subproblem.js";

/**
 *   H ← max(0, H + η ∘ (WᵀV − WᵀWH)),   H + η ∘ (Wᵀ(V ⊘ WH) − Wᵀ1) for β = 1,   W likewise,
 *
 * η the exact step along the free part of the gradient for β = 2, Newton's for β = 1, shortened
 * until the objective does not rise.
 */
export const additiveLineSearch: Rule = {
  algorithm: "additive-line-search",
  title: "additive, line search: Lee & Seung (6), (8); Lin",
  guarantees: { monotone: true, zerosStay: false, conservesSums: false, scales: true },
  supports: ({ beta, frozen }) => (beta === 2 || beta === 1) && !frozen,
  async step(la, problem, at, factor) {
    using subproblem = new Subproblem(la, problem, at, factor);
    using from = pointAt(la, subproblem, la.mul(1, at[factor]));
    using descent = la.sub(from.numerator, from.denominator);
    using direction = freePart(la, from.x, descent);
    using reached = await lineSearch(la, subproblem, from, direction);
    const split = terms(la.mul(1, from.numerator), la.mul(1, from.denominator));
    return halfStep(split, la.mul(1, reached.x));
  },
};
