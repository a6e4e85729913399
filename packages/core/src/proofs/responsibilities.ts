import type { HostDense } from "../host-matrix.js";
import { type Column, combine, requirePositive, type Vector } from "./column.js";

/**
 * α_ia = W_ia h^t_a / Σ_b W_ib h^t_b, m×k: the share of component a in (Wh^t)_i   (30)
 *
 * Nonnegative, and each row sums to one; a row of zeros of W gives zeros.
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function responsibilities(column: Column, from: Vector): HostDense {
  requirePositive(from);
  const { W } = column;
  const x = combine(column, from);
  const data = Float64Array.from(W.data, (w, p) =>
    w > 0 ? (w * from[p % W.cols]!) / x[Math.floor(p / W.cols)]! : 0,
  );
  return { rows: W.rows, cols: W.cols, data };
}

/**
 * The right-hand side of (31), of which −log (Wh)_i is the left, m entries:
 *
 *   −Σ_a α_ia (log W_ia h_a − log α_ia) ≥ −log Σ_a W_ia h_a   (29), (31)
 *
 * since −log is convex and the α_ia sum to one. 0 log 0 = 0; +∞ for a row of zeros of W.
 */
export function jensenBound(column: Column, h: Vector, from: Vector): Float64Array {
  const { cols, data: W } = column.W;
  const { data: alpha } = responsibilities(column, from);
  const x = combine(column, h);
  return x.map((x_i, i) => {
    let sum = 0;
    let shares = 0;
    for (let a = 0, p = i * cols; a < cols; a++, p++) {
      if (alpha[p] === 0) continue;
      shares++;
      sum -= alpha[p]! * (Math.log(W[p]! * h[a]!) - Math.log(alpha[p]!));
    }
    return shares > 0 ? sum : -Math.log(x_i);
  });
}
