import type { HostDense } from "../host-matrix.js";
import { type Column, requirePositive, total, type Vector } from "./column.js";
import { curvature } from "./curvature.js";

/** (WᵀW)_ab, k×k: the Hessian of F (15). */
export function gram({ W }: Column): HostDense {
  const k = W.cols;
  const data = Float64Array.from({ length: k * k }, (_, p) =>
    total(W.rows, (i) => W.data[i * k + Math.floor(p / k)]! * W.data[i * k + (p % k)]!),
  );
  return { rows: k, cols: k, data };
}

/** K(h^t) − WᵀW, k×k: G − F is its quadratic form, by (14) and (16). */
export function curvatureGap(column: Column, from: Vector): HostDense {
  const K = curvature(column, from);
  const { rows: k, data } = gram(column);
  return {
    rows: k,
    cols: k,
    data: data.map((g, p) => (p % (k + 1) === 0 ? K[p % k]! : 0) - g),
  };
}

/**
 * M_ab = h^t_a (K(h^t) − WᵀW)_ab h^t_b, k×k   (18)
 *
 * A rescaling of K − WᵀW, so that either is positive semidefinite where the other is.
 */
export function rescaledGap(column: Column, from: Vector): HostDense {
  const { rows: k, data } = curvatureGap(column, from);
  return {
    rows: k,
    cols: k,
    data: data.map((d, p) => from[Math.floor(p / k)]! * d * from[p % k]!),
  };
}

/**
 * νᵀMν as Σ_ab (WᵀW)_ab h^t_a h^t_b ½(ν_a − ν_b)²: a sum of squares, not negative   (22–23)
 *
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function sumOfSquares(column: Column, from: Vector, nu: Vector): number {
  requirePositive(from);
  const { rows: k, data } = gram(column);
  return total(k * k, (p) => {
    const a = Math.floor(p / k);
    const b = p % k;
    return data[p]! * from[a]! * from[b]! * 0.5 * (nu[a]! - nu[b]!) ** 2;
  });
}
