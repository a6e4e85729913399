import type { Linalg } from "../linalg.js";
import type { Matrix } from "../matrix.js";
import type { Penalty } from "./rule.js";

/**
 * The denominator of a gradient split at x with that of the penalties, l1 + l2 x.
 * @param cost the denominator without them, which it takes over
 */
export function penalised(la: Linalg, cost: Matrix, x: Matrix, penalty?: Penalty): Matrix {
  const { l1, l2 } = penalty ?? { l1: 0, l2: 0 };
  if (l1 === 0 && l2 === 0) return cost;
  using alone = cost;
  using square = la.mul(l2, x);
  using slope = la.add(l1, square);
  return la.add(alone, slope);
}
