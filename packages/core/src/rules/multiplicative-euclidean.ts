/**
 * Multiplicative update for the Euclidean distance.
 * D. D. Lee and H. S. Seung, Algorithms for Non-negative Matrix Factorization, NIPS 13 (2001), (4).
 */
import type { Factor } from "../backend.js";
import type { Linalg } from "../linalg.js";
import { type Terms, terms } from "../matrix.js";
import { model, products } from "./quadratic.js";
import { type Factors, halfStep, type Problem, type Rule } from "./rule.js";

/**
 *   H ← H ∘ (WᵀV) ⊘ (WᵀWH),   W ← W ∘ (VHᵀ) ⊘ (WHHᵀ)   (4)
 *
 * Theorem 1: ‖V − WH‖ never rises; for W, H > 0 it stays exactly at a stationary point.
 */
export const multiplicativeEuclidean: Rule = {
  algorithm: "multiplicative",
  title: "multiplicative, Euclidean: Lee & Seung (4)",
  guarantees: { monotone: true, zerosStay: true, conservesSums: false, scales: true },
  supports: ({ beta, weights, penalties }) => beta === 2 && !weights && !penalties,
  step(la, problem, at, factor) {
    const split = euclideanTerms(la, problem, at, factor);
    return halfStep(split, la.scaleByRatio(at[factor], split.numerator, split.denominator));
  },
};

/** The gradient of ½‖V − WH‖² split in two: WᵀWH − WᵀV for H, WHHᵀ − VHᵀ for W. */
export function euclideanTerms(la: Linalg, problem: Problem, at: Factors, factor: Factor): Terms {
  const { gram, cross } = products(la, problem, at, factor);
  using held = gram;
  return terms(cross, model(la, held, at[factor], factor));
}
