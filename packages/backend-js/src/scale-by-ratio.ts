import type { HostArray, HostDense, MatrixInfo } from "@nonneg/core";
import { allocate } from "./allocate.js";
import { repeated } from "./elementwise.js";

/** x ∘ (numerator ⊘ denominator)^exponent, and x where the denominator is 0 or the result is not finite. */
export function scaleByRatio(
  out: MatrixInfo,
  x: HostDense,
  numerator: HostDense,
  denominator: HostDense,
  exponent: number,
): HostArray {
  const result = allocate(out);
  const above = repeated(numerator);
  const below = repeated(denominator);
  for (let i = 0, at = 0; i < out.rows; i++) {
    let p = i * above.rowStep;
    let q = i * below.rowStep;
    for (let j = 0; j < out.cols; j++, at++, p += above.colStep, q += below.colStep) {
      const ratio = above.data[p]! / below.data[q]!;
      result[at] = x.data[at]! * (exponent === 1 ? ratio : ratio ** exponent);
      // Tested after the store: a float32 overflows there.
      if (below.data[q] === 0 || !Number.isFinite(result[at])) result[at] = x.data[at]!;
    }
  }
  return result;
}
