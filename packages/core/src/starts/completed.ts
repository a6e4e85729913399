import type { Linalg } from "../linalg.js";
import { type Matrix, Scope } from "../matrix.js";

/**
 * A dense V for a start to be made from, with the entries that are not observed at r_i c_j / mean: r
 * and c the means of its rows and columns over what is observed, each entry by its weight; the mean
 * of all where a line has nothing. It is what V would be if its rows and columns told nothing of
 * each other, and nonnegative. Entries that are observed stay, whatever they weigh.
 * @param weights of V's shape, 0 where an entry is not observed
 * @param mean of what is observed
 */
export function completed(la: Linalg, V: Matrix, weights: Matrix, mean: number): Matrix {
  using scope = new Scope();
  const own = scope.own;
  const weighted = own(la.mul(weights, V));
  const means = (axis: "rows" | "cols"): Matrix => {
    const total = own(la.sum(weighted, axis));
    const weight = own(la.mul(mean, own(la.sum(weights, axis))));
    const level = own(la.full(total.rows, total.cols, mean, V.dtype));
    return own(la.scaleByRatio(level, total, weight));
  };
  const product = own(la.matmul(means("cols"), means("rows")));
  const missing = own(la.elementwise("equal", [weights, 0]));
  return la.elementwise("select", [missing, own(la.mul(1 / mean, product)), V]);
}
