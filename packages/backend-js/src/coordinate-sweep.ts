import type { CoordinateSweepOptions, HostArray, HostDense, MatrixInfo } from "@nonneg/core";
import { rounded } from "./allocate.js";
import { transpose, view } from "./gemm.js";
import { packed } from "./matmul-sparse.js";

/**
 * One sweep of coordinate descent (HALS: Cichocki and Phan 2009). The columns of H, or the rows of
 * W, do not depend on one another: each goes through its components in turn, in float64.
 */
export function coordinateSweep(
  out: MatrixInfo,
  x: HostDense,
  gram: HostDense,
  cross: HostDense,
  { factor, l1, l2 }: CoordinateSweepOptions,
): HostArray {
  const byItem = (matrix: HostDense) =>
    packed(factor === "H" ? transpose(view(matrix)) : view(matrix));
  const rank = gram.rows;
  const items = byItem(x);
  const targets = byItem(cross);

  for (let item = 0; item < items.length; item += rank) {
    for (let a = 0; a < rank; a++) {
      const curvature = gram.data[a * rank + a]! + l2;
      if (curvature === 0) continue;
      let model = 0;
      for (let b = 0; b < rank; b++) model += gram.data[a * rank + b]! * items[item + b]!;
      const old = items[item + a]!;
      const descent = targets[item + a]! - l1 - model - l2 * old;
      items[item + a] = Math.max(0, old + descent / curvature);
    }
  }
  if (factor === "W") return rounded(out, items);
  return rounded(out, packed(transpose(view({ data: items, rows: out.cols, cols: rank }))));
}
