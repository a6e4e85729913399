/**
 * Alternating nonnegative least squares, each half-step solved exactly by block principal pivoting.
 * J. Kim and H. Park, Fast nonnegative matrix factorization: an active-set-like method and
 * comparisons, SIAM J. Sci. Comput. 33 (2011).
 */
import type { Dtype } from "../backend.js";
import type { HostDense } from "../host-matrix.js";
import { terms } from "../matrix.js";
import { quadratic } from "./quadratic.js";
import { halfStep, type Rule } from "./rule.js";

/**
 *   H ← argmin_{H ≥ 0} ½‖V − WH‖² + l1 Σ H + ½ l2 Σ H²,   W likewise:
 * the exact minimum over one factor, so the objective never rises.
 */
export const nonnegativeLeastSquares: Rule = {
  algorithm: "anls",
  title: "alternating nonnegative least squares: Kim & Park",
  guarantees: { monotone: true, zerosStay: false, conservesSums: false, scales: true },
  supports: ({ beta, weights, frozen }) => beta === 2 && !weights && !frozen,
  async step(la, problem, at, factor) {
    const { gram, cross, denominator } = quadratic(la, problem, at, factor);
    using products = gram;
    const { l1, l2 } = problem.penalties?.[factor] ?? { l1: 0, l2: 0 };
    if (l1 === 0 && l2 === 0) {
      const next = await la.nnls(products, cross, factor, at[factor]);
      return halfStep(terms(cross, denominator), next);
    }
    // The penalties are part of the quadratic: G + l2 I, c − l1.
    using curvature = la.upload(diagonal(products.rows, l2, products.dtype));
    using penalised = la.add(products, curvature);
    using shifted = la.sub(cross, l1);
    const next = await la.nnls(penalised, shifted, factor, at[factor]);
    return halfStep(terms(cross, denominator), next);
  },
};

function diagonal(size: number, value: number, dtype: Dtype): HostDense {
  const data = dtype === "float64" ? new Float64Array(size * size) : new Float32Array(size * size);
  for (let a = 0; a < size; a++) data[a * size + a] = value;
  return { rows: size, cols: size, data };
}
