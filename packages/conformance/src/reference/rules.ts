/**
 * The update rules, their gradients and objectives in float64, written straight from the formulas
 * with plain loops: what any backend is compared with, so nothing here comes from the code tested.
 */
import type { Factor, OnSimplex, Penalty } from "@nonneg/core";

/** A row-major matrix in float64. */
export interface Dense64 {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/**
 * D_β(V‖WH), V m×n; with weights M, which are 0 where nothing is observed, and the penalties
 * l1 Σ x + ½ l2 Σ x² of each factor.
 */
export interface HostProblem {
  readonly beta: number;
  readonly V: Dense64;
  readonly weights?: Dense64 | undefined;
  readonly penalties?: Readonly<Record<Factor, Penalty>> | undefined;
  /** Which lines are distributions, for a rule that keeps them so. */
  readonly simplex?: OnSimplex | undefined;
}

/** W m×k, H k×n. */
export interface HostFactors {
  readonly W: Dense64;
  readonly H: Dense64;
}

export interface HostSplit {
  readonly numerator: Dense64;
  readonly denominator: Dense64;
}

/** WH */
export function modelOf({ W, H }: HostFactors): Dense64 {
  const X = zeros(W.rows, H.cols);
  for (let i = 0; i < W.rows; i++) {
    for (let j = 0; j < H.cols; j++) {
      let sum = 0;
      for (let a = 0; a < W.cols; a++) sum += W.data[i * W.cols + a]! * H.data[a * H.cols + j]!;
      X.data[i * X.cols + j] = sum;
    }
  }
  return X;
}

/**
 * Both parts of the gradient ∇ = P − N by one factor, with X = WH:
 *   H: N_aj = Σ_i W_ia M_ij V_ij X_ij^(β−2),  P_aj = Σ_i W_ia M_ij X_ij^(β−1);
 *   W: N_ia = Σ_j H_aj M_ij V_ij X_ij^(β−2),  P_ia = Σ_j H_aj M_ij X_ij^(β−1);
 * to P comes l1 + l2 x of the penalties.
 */
export function gradientSplit(problem: HostProblem, at: HostFactors, factor: Factor): HostSplit {
  const { beta, V, weights } = problem;
  const { W, H } = at;
  const X = modelOf(at);
  const { rows, cols } = at[factor];
  const numerator = zeros(rows, cols);
  const denominator = zeros(rows, cols);
  for (let i = 0; i < V.rows; i++) {
    for (let j = 0; j < V.cols; j++) {
      const ij = i * V.cols + j;
      const weight = weights ? weights.data[ij]! : 1;
      const n = weight * V.data[ij]! * power(X.data[ij]!, beta - 2);
      const p = weight * power(X.data[ij]!, beta - 1);
      for (let a = 0; a < W.cols; a++) {
        const partner = factor === "H" ? W.data[i * W.cols + a]! : H.data[a * H.cols + j]!;
        const moved = factor === "H" ? a * H.cols + j : i * W.cols + a;
        numerator.data[moved]! += partner * n;
        denominator.data[moved]! += partner * p;
      }
    }
  }
  const { l1, l2 } = penaltyOf(problem, factor);
  at[factor].data.forEach((x, i) => (denominator.data[i]! += l1 + l2 * x));
  return { numerator, denominator };
}

export function penaltyOf({ penalties }: HostProblem, factor: Factor): Penalty {
  return penalties?.[factor] ?? { l1: 0, l2: 0 };
}

/** x^p, 0 where x = 0; but x⁰ is 1 everywhere. */
function power(x: number, p: number): number {
  return p === 0 ? 1 : x === 0 ? 0 : x ** p;
}

/**
 * The multiplicative step x ← x (N/P)^γ(β), x itself where P = 0: Lee and Seung's (4) for β = 2
 * and (5) for β = 1, Févotte and Idier's for any β, Tan and Févotte's with a penalty, whose γ is
 * 1/(3−β) for β ≤ 2 where there is an l2.
 */
export function multiplicativeStep(problem: HostProblem, at: HostFactors, factor: Factor): Dense64 {
  const gamma = gammaOf(problem.beta, penaltyOf(problem, factor).l2 > 0);
  const { numerator, denominator } = gradientSplit(problem, at, factor);
  const { rows, cols, data } = at[factor];
  const next = data.map((x, i) => {
    const p = denominator.data[i]!;
    return p === 0 ? x : x * (numerator.data[i]! / p) ** gamma;
  });
  return { rows, cols, data: next };
}

/** The constant step size of the additive rule wherever the theorems run it. */
export const ETA = 2 ** -6;

/** Lee and Seung's (6) and (8) with a constant η, projected: x ← max(0, x + η(N − P)). */
function additiveStep(problem: HostProblem, at: HostFactors, factor: Factor): Dense64 {
  const { numerator, denominator } = gradientSplit(problem, at, factor);
  const { rows, cols, data } = at[factor];
  const next = data.map((x, i) =>
    Math.max(0, x + ETA * (numerator.data[i]! - denominator.data[i]!)),
  );
  return { rows, cols, data: next };
}

/** Hofmann's step x ∝ x N, each line of the factor to its sum; as it is where that is 0. */
function plsaStep(problem: HostProblem, at: HostFactors, factor: Factor): Dense64 {
  const { numerator } = gradientSplit(problem, at, factor);
  const { rows, cols, data } = at[factor];
  const simplex = problem.simplex!;
  const share = data.map((x, i) => x * numerator.data[i]!);
  const sums = lineSums({ rows, cols, data: share }, simplex.lines);
  const line = (i: number) => (simplex.lines === "columns" ? i % cols : Math.floor(i / cols));
  const next = data.map((x, i) => {
    const sum = sums[line(i)]!;
    return sum > 0 ? (simplex[factor] * share[i]!) / sum : x;
  });
  return { rows, cols, data: next };
}

/** The sums of columns, or of rows. */
export function lineSums({ rows, cols, data }: Dense64, lines: OnSimplex["lines"]): Float64Array {
  const sums = new Float64Array(lines === "columns" ? cols : rows);
  data.forEach((x, i) => (sums[lines === "columns" ? i % cols : Math.floor(i / cols)]! += x));
  return sums;
}

function gammaOf(beta: number, squared: boolean): number {
  if (beta > 2) return 1 / (beta - 1);
  if (squared) return 1 / (3 - beta);
  return beta < 1 ? 1 / (2 - beta) : 1;
}

/**
 * D_β(V‖WH): the sum over its finite entries, how many are infinite, and the sum of the sizes of
 * its terms, some roundings of which are its error.
 */
export function objective(
  { beta, V, weights }: HostProblem,
  at: HostFactors,
): { finite: number; infinite: number; size: number } {
  const X = modelOf(at);
  let finite = 0;
  let infinite = 0;
  let size = 0;
  for (let ij = 0; ij < V.data.length; ij++) {
    const weight = weights ? weights.data[ij]! : 1;
    if (weight === 0) continue;
    const terms = divergenceTerms(beta, V.data[ij]!, X.data[ij]!);
    if (!terms) {
      infinite++;
      continue;
    }
    for (const term of terms) {
      finite += weight * term;
      size += weight * Math.abs(term);
    }
  }
  return { finite, infinite, size };
}

/** The terms whose sum is d_β(v, x), from its definition but for 0 log 0 = 0; none where it is infinite. */
function divergenceTerms(beta: number, v: number, x: number): readonly number[] | undefined {
  if (v > 0 && x === 0 && beta <= 1) return undefined;
  if (beta === 1) return [v === 0 ? 0 : v * Math.log(v / x), -v, x];
  if (beta === 0) return [v / x, -Math.log(v / x), -1];
  const scale = beta * (beta - 1);
  return [
    v ** beta / scale,
    x ** beta / beta,
    v === 0 ? 0 : -v * (power(x, beta - 1) / (beta - 1)),
  ];
}

function zeros(rows: number, cols: number): Dense64 {
  return { rows, cols, data: new Float64Array(rows * cols) };
}

/**
 * The half-steps by the name of their algorithm. A rule that is not here is compared with itself,
 * run in float64.
 */
export const references: Readonly<Partial<Record<string, typeof multiplicativeStep>>> = {
  multiplicative: multiplicativeStep,
  additive: additiveStep,
  // (6) with (7) is (4), (8) with (9) is (5).
  "additive-rescaled": multiplicativeStep,
  plsa: plsaStep,
};
