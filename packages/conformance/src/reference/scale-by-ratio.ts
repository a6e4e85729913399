import type { Capabilities, Dtype, HostDense } from "@nonneg/core";
import { LARGEST, type Precision, U64 } from "../precision.js";
import type { Approximate } from "../sample.js";

/** x ∘ (numerator ⊘ denominator)^exponent, and x where the denominator is 0 or the result overflows `dtype`. */
export function scaleByRatio(
  dtype: Dtype,
  x: HostDense,
  numerator: HostDense,
  denominator: HostDense,
  exponent: number,
  { u, tiny }: Precision,
  { div, pow }: Capabilities["accuracy"],
): Approximate {
  const { rows, cols } = x;
  const values = new Float64Array(rows * cols);
  const bound = new Float64Array(rows * cols);
  const at = (m: HostDense, i: number, j: number) =>
    m.data[(m.rows === 1 ? 0 : i) * m.cols + (m.cols === 1 ? 0 : j)]!;
  const unit = u + 2 * U64;
  const relative =
    1.01 * ((div.ulps * Math.abs(exponent) + 2) * unit + (exponent === 1 ? 0 : pow.ulps * unit));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const p = i * cols + j;
      const old = x.data[p]!;
      const below = at(denominator, i, j);
      const ratio = at(numerator, i, j) / below;
      const moved = old * ratio ** exponent;
      if (below === 0 || old === 0 || !(Math.abs(moved) <= LARGEST[dtype])) {
        // Kept, to the last bit.
        values[p] = old;
        continue;
      }
      values[p] = moved;
      const absolute =
        exponent === 1
          ? div.absolute
          : pow.absolute + (ratio === 0 ? 0 : exponent * ratio ** (exponent - 1) * div.absolute);
      bound[p] = relative * moved + old * absolute + 2 * tiny;
    }
  }
  return { rows, cols, values, bound };
}
