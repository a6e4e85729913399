import { NonnegError } from "../errors.js";
import type { HostDense } from "../host-matrix.js";

/** A vector of float64 numbers. */
export type Vector = ArrayLike<number>;

/**
 * One column of V ≈ WH, v ≈ Wh: the costs are sums over columns and each column has an h of its own,
 * so that what is proved of one holds for all; and of W too, with V, W and H transposed.
 */
export interface Column {
  /** m nonnegative entries */
  readonly v: Vector;
  /** m×k, nonnegative */
  readonly W: HostDense;
}

/** Wh, m entries. @throws NonnegError NONNEG_SHAPE_MISMATCH unless h has k entries */
export function combine({ v, W }: Column, h: Vector): Float64Array {
  if (h.length !== W.cols || v.length !== W.rows) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      `v has ${v.length} entries, W is ${W.rows}×${W.cols}, h has ${h.length}: expected ${W.rows} and ${W.cols}.`,
    );
  }
  return Float64Array.from(v, (_, i) => {
    let sum = 0;
    for (let a = 0; a < W.cols; a++) sum += W.data[i * W.cols + a]! * h[a]!;
    return sum;
  });
}

/** Wᵀx, k entries, of an x of m. */
export function correlate({ W }: Column, x: Vector): Float64Array {
  return Float64Array.from({ length: W.cols }, (_, a) => {
    let sum = 0;
    for (let i = 0; i < W.rows; i++) sum += W.data[i * W.cols + a]! * x[i]!;
    return sum;
  });
}

/** Σ_i term(i), i below `length`. */
export function total(length: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += term(i);
  return sum;
}

/**
 * The lemmas are about an h^t > 0. An entry that is 0 stays 0 under the multiplicative rules: leave
 * it out, with its column of W, and the lemmas hold for those that remain.
 * @throws NonnegError NONNEG_ZERO_INPUT
 */
export function requirePositive(h: Vector): void {
  for (let a = 0; a < h.length; a++) {
    if (h[a]! > 0) continue;
    throw new NonnegError(
      "NONNEG_ZERO_INPUT",
      `Entry ${a} of h^t is ${h[a]!}: the auxiliary function is defined for positive entries. Leave out the component.`,
    );
  }
}
