/**
 * Gradient descent with the step sizes that make it the multiplicative update.
 * D. D. Lee and H. S. Seung, Algorithms for Non-negative Matrix Factorization, NIPS 13 (2001), (6)
 * with (7), and (8) with (9).
 */
import { gradientTerms } from "../gradient.js";
import { halfStep, type Rule } from "./rule.js";

/**
 *   H ← H + η ∘ (WᵀV − WᵀWH),          η = H ⊘ (WᵀWH)      (6), (7), β = 2
 *   H ← H + η ∘ (Wᵀ(V ⊘ WH) − Wᵀ1),    η = H ⊘ (Wᵀ1)       (8), (9), β = 1,   W likewise.
 *
 * With the gradient split ∇ = P − N both are η = H ⊘ P, and the step is H ∘ N ⊘ P: (4) and (5)
 * but for rounding, with all that is proved of them. η is 0 where P is 0.
 */
export const additiveRescaled: Rule = {
  algorithm: "additive-rescaled",
  title: "additive, rescaled η: Lee & Seung (6) with (7), (8) with (9)",
  guarantees: { monotone: true, zerosStay: true, conservesSums: false, scales: true },
  supports: ({ beta, penalties }) => (beta === 2 || beta === 1) && !penalties,
  step(la, problem, at, factor) {
    const split = gradientTerms(la, problem, at, factor);
    const { numerator, denominator } = split;
    using flat = la.elementwise("lessEqual", [denominator, 0]);
    using scale = la.elementwise("select", [flat, 1, denominator]);
    using sizes = la.div(at[factor], scale);
    using eta = la.elementwise("select", [flat, 0, sizes]);
    using descent = la.sub(numerator, denominator);
    using move = la.mul(eta, descent);
    using moved = la.add(at[factor], move);
    // x − (x/P)P is 0 but for rounding, and that may be below.
    return halfStep(split, la.max(moved, 0));
  },
};
