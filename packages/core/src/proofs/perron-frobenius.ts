import type { HostDense } from "../host-matrix.js";
import { type Column, combine, correlate, requirePositive, total, type Vector } from "./column.js";
import { curvature } from "./curvature.js";
import { gram } from "./curvature-gap.js";

/**
 * K^−½ WᵀW K^−½ at h^t, k×k, of the paper's footnote. A component whose column of W is 0, and with
 * it K_aa, has a row and a column of zeros.
 *
 * K − WᵀW = K^½ (I − this) K^½ is positive semidefinite where no eigenvalue of this exceeds 1.
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function scaledGram(column: Column, from: Vector): HostDense {
  const root = curvature(column, from).map(Math.sqrt);
  const { rows: k, data } = gram(column);
  return {
    rows: k,
    cols: k,
    data: data.map((g, p) => (g > 0 ? g / (root[Math.floor(p / k)]! * root[p % k]!) : 0)),
  };
}

/** √(h^t_a (WᵀWh^t)_a), k entries: the positive eigenvector of `scaledGram`, of eigenvalue 1. */
export function positiveEigenvector(column: Column, from: Vector): Float64Array {
  requirePositive(from);
  return correlate(column, combine(column, from)).map((s, a) => Math.sqrt(from[a]! * s));
}

/**
 * The least and the largest (Ax)_a / x_a over x_a > 0 of a nonnegative matrix A. For x > 0 the
 * spectral radius lies between them (Collatz and Wielandt): with the eigenvector of eigenvalue 1
 * both are 1, and no eigenvalue exceeds it. That is the Perron–Frobenius theorem at work.
 */
export function collatzWielandt(
  { rows, cols, data }: HostDense,
  x: Vector,
): { readonly least: number; readonly largest: number } {
  let [least, largest] = [Infinity, 0];
  for (let a = 0; a < rows; a++) {
    if (!(x[a]! > 0)) continue;
    const ratio = total(cols, (b) => data[a * cols + b]! * x[b]!) / x[a]!;
    least = Math.min(least, ratio);
    largest = Math.max(largest, ratio);
  }
  return { least, largest };
}
