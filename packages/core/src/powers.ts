import type { Dtype } from "./backend.js";
import { NonnegError } from "./errors.js";
import { type HostMatrix, isSparse } from "./host-matrix.js";
import type { Statistics } from "./inspect.js";

/** The largest exponent of 2 of a normal number, and of its inverse. */
export const reach = (dtype: Dtype): number => (dtype === "float64" ? 1022 : 126);

/**
 * Refuses a β whose powers of V, scaled by 2^−p, are no numbers: the cost and both terms of the
 * gradient are made of them. For 0 ≤ β ≤ 2 that is none but where weights differ by as much.
 * @throws NonnegError NONNEG_OPTION
 */
export function requirePowers(
  V: HostMatrix,
  { mean, max }: Statistics,
  beta: number,
  dtype: Dtype,
  p: number,
): void {
  if ((beta >= 0 && beta <= 2) || mean === 0) return;
  // Where β > 0 a small entry has a small power.
  const entries = beta > 0 ? [mean, max] : [mean, max, leastPositive(V)];
  // Entries of WH are within a factor of two of V's at best.
  const sizes = entries.map((x) => Math.max(1, Math.abs(Math.log2(x) - p)));
  if (Math.abs(beta) * Math.max(...sizes) > reach(dtype)) throw beyond(beta, dtype);
}

/** Whether powers of a WH within a factor of 2^16 of V's mean may be no numbers. */
export const isSteep = (beta: number, dtype: Dtype): boolean => Math.abs(beta) * 16 > reach(dtype);

export function beyond(beta: number, dtype: Dtype): NonnegError {
  return new NonnegError(
    "NONNEG_OPTION",
    `The loss has β = ${beta}: powers that large of V, or of a WH on the way to it, are beyond ${dtype}. ` +
      `Give a β nearer to those of the usual losses, 0 to 2${dtype === "float32" ? ", or dtype float64" : ""}.`,
  );
}

function leastPositive(V: HostMatrix): number {
  const values = isSparse(V) ? V.values : V.data;
  let least = Infinity;
  for (let p = 0; p < values.length; p++) {
    const value = values[p]!;
    if (value > 0 && value < least) least = value;
  }
  return least;
}
