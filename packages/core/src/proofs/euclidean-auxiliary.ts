import { type Column, total, type Vector } from "./column.js";
import { curvature } from "./curvature.js";
import { euclideanCost, euclideanGradient } from "./euclidean-cost.js";

/**
 * G(h, h^t) = F(h^t) + (h − h^t)ᵀ∇F(h^t) + ½(h − h^t)ᵀK(h^t)(h − h^t)   (14)
 *
 * Lemma 2: an auxiliary function of F (15), for h^t > 0 and any h.
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function euclideanAuxiliary(column: Column, h: Vector, from: Vector): number {
  const K = curvature(column, from);
  const slope = euclideanGradient(column, from);
  const rise = total(h.length, (a) => {
    const d = h[a]! - from[a]!;
    return d * slope[a]! + 0.5 * K[a]! * d * d;
  });
  return euclideanCost(column, from) + rise;
}

/** ∂G/∂h = ∇F(h^t) + K(h^t)(h − h^t), k entries: ∇F at h = h^t, 0 at the minimiser. */
export function euclideanAuxiliaryGradient(column: Column, h: Vector, from: Vector): Float64Array {
  const K = curvature(column, from);
  return euclideanGradient(column, from).map((slope, a) => slope + K[a]! * (h[a]! - from[a]!));
}
