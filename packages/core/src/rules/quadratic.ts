import type { Factor } from "../backend.js";
import type { Linalg } from "../linalg.js";
import type { Matrix } from "../matrix.js";
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
export function quadratic(
  la: Linalg,
  { V, penalties }: Problem,
  { W, H }: Factors,
  factor: Factor,
): Quadratic {
  const forH = factor === "H";
  const gram = forH ? la.gram(W, "AtA") : la.gram(H, "AAt");
  const cross = forH ? la.matmul(W, V, { transA: true }) : la.matmul(V, H, { transB: true });
  const cost = model(la, gram, forH ? H : W, factor);
  const { l1, l2 } = penalties?.[factor] ?? { l1: 0, l2: 0 };
  if (l1 === 0 && l2 === 0) return { gram, cross, denominator: cost };
  using unpenalised = cost;
  using square = la.mul(l2, forH ? H : W);
  using penalty = la.add(l1, square);
  return { gram, cross, denominator: la.add(unpenalised, penalty) };
}

/** The Gram matrix times the factor: WᵀW x for H, x HHᵀ for W. */
export function model(la: Linalg, gram: Matrix, x: Matrix, factor: Factor): Matrix {
  return factor === "H" ? la.matmul(gram, x) : la.matmul(x, gram);
}
