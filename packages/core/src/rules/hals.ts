/**
 * Hierarchical alternating least squares: exact coordinate descent on one component after another.
 * A. Cichocki and A.-H. Phan, Fast local algorithms for large scale nonnegative matrix and tensor
 * factorizations, IEICE Trans. Fundamentals E92-A (2009), with the repeated sweeps of
 * N. Gillis and F. Glineur, Accelerated multiplicative updates and hierarchical ALS algorithms for
 * nonnegative matrix factorization, Neural Computation 24 (2012).
 */
import type { Factor } from "../backend.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, terms } from "../matrix.js";
import { quadratic } from "./quadratic.js";
import { type Factors, halfStep, type Problem, type Rule } from "./rule.js";

/** Time for further sweeps, as a share of that for the products: α of Gillis and Glineur, section 4. */
const ALPHA = 0.5;
/** A sweep that moves less than this share of what the first did is the last: their ε. */
const EPSILON = 0.1;

/**
 * For each component a in turn,
 *   H_a ← max(0, H_a + ((WᵀV)_a − l1 − (WᵀW H)_a − l2 H_a) / ((WᵀW)_aa + l2)),   W likewise,
 * swept again over the same Gram matrix while that pays. Each move is the exact minimum over one
 * row, so the objective never rises; a zero may become positive.
 */
export const hals: Rule = {
  algorithm: "hals",
  title: "HALS, accelerated: Cichocki & Phan; Gillis & Glineur",
  guarantees: { monotone: true, zerosStay: false, conservesSums: false, scales: true },
  supports: ({ beta, weights, frozen }) => beta === 2 && !weights && !frozen,
  async step(la, problem, at, factor) {
    const { gram, cross, denominator } = quadratic(la, problem, at, factor);
    using products = gram;
    const next = await sweeps(la, problem, at, factor, products, cross);
    return halfStep(terms(cross, denominator), next);
  },
};

/** Sweeps from `at` over the quadratic of `gram` and `cross` while they pay; the caller owns the result. */
export async function sweeps(
  la: Linalg,
  problem: Problem,
  at: Factors,
  factor: Factor,
  gram: Matrix,
  cross: Matrix,
): Promise<Matrix> {
  const options = { factor, ...(problem.penalties?.[factor] ?? { l1: 0, l2: 0 }) };
  let x = la.coordinateSweep(at[factor], gram, cross, options);
  const most = 1 + ALPHA * worth(problem, at, factor);
  if (most < 2) return x;
  const first = await distance(la, at[factor], x);
  // After 2, 3, 5, 8, 12, … sweeps: of a small factor the distance costs more than another sweep.
  let look = 2;
  for (let sweep = 2; sweep <= most; sweep++) {
    const next = la.coordinateSweep(x, gram, cross, options);
    const moved = sweep < look ? Infinity : await distance(la, x, next);
    if (sweep === look) look = Math.ceil(1.5 * look);
    x[Symbol.dispose]();
    x = next;
    if (moved <= EPSILON * first) break;
  }
  return x;
}

/** Multiplications in the products over those in a sweep. */
function worth({ V }: Problem, { W, H }: Factors, factor: Factor): number {
  const rank = W.cols;
  const partner = factor === "H" ? W.rows : H.cols;
  const entries = V.pattern?.nnz ?? V.rows * V.cols;
  const size = factor === "H" ? H.cols : W.rows;
  return (entries + partner * rank) / (size * rank);
}

async function distance(la: Linalg, a: Matrix, b: Matrix): Promise<number> {
  using difference = la.sub(a, b);
  using square = la.mul(difference, difference);
  using total = la.sum(square);
  const [squared] = await la.scalars(total);
  return Math.sqrt(Math.max(0, squared ?? 0));
}
