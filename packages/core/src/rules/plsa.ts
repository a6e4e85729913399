/**
 * Probabilistic latent semantic analysis: the divergence between distributions.
 * T. Hofmann, Unsupervised learning by probabilistic latent semantic analysis, Machine Learning 42
 * (2001); as a factorization of V: E. Gaussier and C. Goutte, Relation between PLSA and NMF and
 * implications, SIGIR (2005).
 */
import { halfStep, type Rule } from "./rule.js";

/**
 *   H_aj ∝ H_aj Σ_i W_ia V_ij/(WH)_ij,   Σ_a H_aj = 1,
 *   W_ia ∝ W_ia Σ_j H_aj V_ij/(WH)_ij,   Σ_i W_ia = 1,
 *
 * the columns of V summing to one too (or the rows of all three): expectation and maximisation, so
 * that D(V‖WH) never rises. With all on the simplex it is the Kullback–Leibler divergence proper.
 * A component that explains nothing stays as it is.
 */
export const plsa: Rule = {
  algorithm: "plsa",
  title: "PLSA: Hofmann; Gaussier & Goutte",
  guarantees: { monotone: true, zerosStay: true, conservesSums: false, scales: true },
  onSimplex: true,
  supports: ({ beta, weights, penalties, frozen }) =>
    beta === 1 && !weights && !penalties && !frozen,
  step(la, problem, at, factor) {
    const { lines, W, H } = problem.simplex ?? { lines: "columns", W: 1, H: 1 };
    const split = la.divergenceTerms({ ...problem, ...at }, factor);
    using share = la.mul(at[factor], split.numerator);
    using sums = la.sum(share, lines === "columns" ? "rows" : "cols");
    using empty = la.elementwise("lessEqual", [sums, 0]);
    using divisor = la.elementwise("select", [empty, 1, sums]);
    using distribution = la.div(share, divisor);
    using scaled = la.mul(factor === "H" ? H : W, distribution);
    return halfStep(split, la.elementwise("select", [empty, at[factor], scaled]));
  },
};
