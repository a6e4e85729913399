import type { Factor } from "../backend.js";
import type { Linalg } from "../linalg.js";
import type { Matrix } from "../matrix.js";
import { penalised } from "./penalty.js";
import type { Factors, Problem } from "./rule.js";

/** The Euclidean cost as a quadratic of one factor: ½⟨H, WᵀW H⟩ − ⟨WᵀV, H⟩ + ½‖V‖², W likewise. */
export interface Quadratic {
  /** WᵀW for H, HHᵀ for W */
  readonly gram: Matrix;
  /** WᵀV for H, VHᵀ for W: the numerator of the gradient split */
  readonly cross: Matrix;
  /** WᵀW H + l1 + l2 H for H, W likewise: the denominator of the gradient split at the point */
  readonly denominator: Matrix;
}

/** The caller owns all three. */
export function quadratic(la: Linalg, problem: Problem, at: Factors, factor: Factor): Quadratic {
  const { gram, cross } = products(la, problem, at, factor);
  const cost = model(la, gram, at[factor], factor);
  return { gram, cross, denominator: penalised(la, cost, at[factor], problem.penalties?.[factor]) };
}

/** All that a half-step needs of V and of the factor held; the caller owns both. */
export function products(
  la: Linalg,
  { V }: Problem,
  { W, H }: Factors,
  factor: Factor,
): Pick<Quadratic, "gram" | "cross"> {
  return factor === "H"
    ? { gram: la.gram(W, "AtA"), cross: la.matmul(W, V, { transA: true }) }
    : { gram: la.gram(H, "AAt"), cross: la.matmul(V, H, { transB: true }) };
}

/** The Gram matrix times the factor: WᵀW x for H, x HHᵀ for W. */
export function model(la: Linalg, gram: Matrix, x: Matrix, factor: Factor): Matrix {
  return factor === "H" ? la.matmul(gram, x) : la.matmul(x, gram);
}
