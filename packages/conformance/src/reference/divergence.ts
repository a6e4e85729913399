/** Gradient terms and value of D_β(V‖WH) in float64, written from the formulas, with their bounds. */
import type { Capabilities, Factor, HostDense } from "@nonneg/core";
import { gamma, sumRoundings } from "../bounds.js";
import { widened } from "../data.js";
import type { Model } from "../models.js";
import { type Precision, U64 } from "../precision.js";
import type { Approximate } from "../sample.js";
import { betaDivergence, betaDivergenceBound } from "./beta-divergence.js";
import { product } from "./product.js";

type Accuracy = Capabilities["accuracy"];

/**
 * Numerator Wᵀ(M ∘ V ∘ X^(β−2)) and denominator Wᵀ(M ∘ X^(β−1)) for H, both times Hᵀ for W. All
 * terms are nonnegative, so errors are relative: those of X, of its power, of the outer product.
 */
export function divergenceTerms(
  { v, w, h, weights }: Model,
  beta: number,
  factor: Factor,
  { u, tiny }: Precision,
  accuracy: Accuracy,
): { numerator: Approximate; denominator: Approximate } {
  const X = product(w, h).values;
  const V = widened(v);
  const M = weights ? widened(weights).data : X.map(() => 1);
  const { rows, cols } = V;
  const entries = (value: (i: number) => number): HostDense => ({
    rows,
    cols,
    data: X.map((_, i) => value(i)),
  });
  const outer = factor === "H" ? rows : cols;

  // The partner's row or column sums are all that is left of the denominator.
  const short = beta === 1 && !weights;
  const ones: HostDense =
    factor === "H"
      ? { rows, cols: 1, data: new Float64Array(rows).fill(1) }
      : { rows: 1, cols, data: new Float64Array(cols).fill(1) };
  const project = (a: HostDense, error: (i: number) => number, relative: number): Approximate => {
    const times = (b: HostDense) =>
      factor === "H" ? product(w, b, { transA: true }) : product(b, h, { transB: true });
    const result = times(a);
    const absolute = times({ ...a, data: Float64Array.from(a.data, (_, i) => error(i)) }).values;
    const all = relative + gamma(outer + w.cols + 8, u) + gamma(outer + w.cols, U64);
    return {
      rows: result.rows,
      cols: result.cols,
      values: result.values,
      bound: result.values.map((value, i) => all * value + absolute[i]! + (outer + 1) * tiny),
    };
  };
  const { pow, div, sqrt } = accuracy;
  const power = (exponent: number) =>
    exponent === 0
      ? 0
      : 1.01 * Math.abs(exponent) * gamma(w.cols + 4, u) +
        (pow.ulps + div.ulps + sqrt.ulps + 4) * (u + 2 * U64);
  const raise = (i: number, exponent: number) =>
    exponent === 0 ? 1 : X[i] === 0 ? 0 : X[i]! ** exponent;
  const absolute = beta === 2 ? 0 : pow.absolute + div.absolute;

  return {
    numerator: project(
      entries((i) => M[i]! * V.data[i]! * raise(i, beta - 2)),
      (i) => M[i]! * V.data[i]! * absolute,
      power(beta - 2),
    ),
    denominator: short
      ? project(ones, () => 0, 0)
      : project(
          entries((i) => M[i]! * raise(i, beta - 1)),
          (i) => M[i]! * absolute,
          power(beta - 1),
        ),
  };
}

/** D_β(V‖WH) over the entries where it is finite, and how many are infinite. */
export function divergence(
  { v, w, h, weights }: Model,
  beta: number,
  { u, tiny }: Precision,
  accuracy: Accuracy,
): { sum: Approximate; infinite: Approximate } {
  const X = product(w, h).values;
  const V = widened(v);
  const M = weights ? widened(weights).data : undefined;
  const csr = "indptr" in v;
  const delta = gamma(w.cols + 4, u);
  let sum = 0;
  let bound = 0;
  let infinite = 0;
  let bypassed = 0;
  V.data.forEach((value, i) => {
    const weight = M ? M[i]! : 1;
    const x = X[i]!;
    if (weight === 0) return;
    // Zeros that a CSR matrix does not store are summed over all entries less the stored ones.
    if (!M && csr) bypassed += x ** beta / beta;
    if (beta <= 1 && x === 0 && value > 0) {
      infinite++;
      return;
    }
    if (x === 0 && value === 0) return;
    sum += weight * betaDivergence(beta, value, x);
    bound += weight * (betaDivergenceBound(beta, value, x, delta, u, accuracy) + tiny);
  });
  const roundings = sumRoundings(V.data.length) + 4;
  const aside = 2 * gamma(2 * roundings + 4 * w.cols + w.rows + h.cols, u) * bypassed;
  const single = (value: number, within: number): Approximate => ({
    rows: 1,
    cols: 1,
    values: Float64Array.of(value),
    bound: Float64Array.of(within),
  });
  return {
    sum: single(
      sum,
      bound + (gamma(roundings, u) + gamma(V.data.length, U64)) * sum + aside + tiny,
    ),
    infinite: single(infinite, 0),
  };
}
