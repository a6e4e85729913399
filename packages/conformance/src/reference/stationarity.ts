import type { Capabilities, Dtype, HostDense, StationarityOptions } from "@nonneg/core";
import { gamma, sumRoundings } from "../bounds.js";
import { LARGEST, type Precision, U64 } from "../precision.js";
import type { Approximate } from "../sample.js";
import { sum } from "./sum.js";

/** Both sums of the KKT residual, see `Backend.stationarity`: nothing but nonnegative terms, so errors are relative. */
export function stationarity(
  dtype: Dtype,
  x: HostDense,
  numerator: HostDense,
  denominator: HostDense,
  partner: HostDense,
  { factor, share }: StationarityOptions,
  { u, tiny }: Precision,
  { div }: Capabilities["accuracy"],
): { residual: Approximate; scale: Approximate } {
  const at = (m: HostDense, i: number, j: number) =>
    m.data[(m.rows === 1 ? 0 : i) * m.cols + (m.cols === 1 ? 0 : j)]!;
  const unit = u + 2 * U64;
  const count = x.rows * x.cols;
  const residuals = new Float64Array(count);
  const scales = new Float64Array(count);
  let residualBound = 0;
  let scaleBound = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++) {
      const value = at(x, i, j);
      const below = at(denominator, i, j);
      const slope = below - at(numerator, i, j);
      const partnerSum = partner.data[factor === "H" ? i : j]!;
      const fair = partnerSum > 0 ? Math.min(share / partnerSum, LARGEST[dtype]) : 0;
      const grows = slope < 0;
      const size = grows ? Math.max(value, fair) : value;
      const term = size * Math.abs(slope);
      residuals[i * x.cols + j] = term;
      const quotient = grows ? div.absolute * Math.abs(slope) : 0;
      residualBound += (div.ulps + 4) * unit * term + quotient + (size + 2) * tiny;
      scales[i * x.cols + j] = value * below;
      scaleBound += 2 * unit * value * below + (value + 2) * tiny;
    }
  }
  const summing = gamma(sumRoundings(count) + 2, u) + 2 * U64;
  const total = (terms: Float64Array, bound: number): Approximate => {
    const { values } = sum({ rows: x.rows, cols: x.cols, data: terms }, "all");
    return {
      rows: 1,
      cols: 1,
      values,
      bound: values.map((value) => 1.01 * bound + summing * value + tiny),
    };
  };
  return { residual: total(residuals, residualBound), scale: total(scales, scaleBound) };
}
