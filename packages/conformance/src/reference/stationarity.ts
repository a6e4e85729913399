import type { Capabilities, Dtype, HostDense, StationarityOptions } from "@nonneg/core";
import { gamma, sumRoundings } from "../bounds.js";
import { LARGEST, type Precision, U64 } from "../precision.js";
import type { Approximate } from "../sample.js";

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
  let residual = 0;
  let residualBound = 0;
  let scale = 0;
  let scaleBound = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++) {
      const value = at(x, i, j);
      const below = at(denominator, i, j);
      const slope = below - at(numerator, i, j);
      const sum = partner.data[factor === "H" ? i : j]!;
      const fair = sum > 0 ? Math.min(share / sum, LARGEST[dtype]) : 0;
      const grows = slope < 0;
      const size = grows ? Math.max(value, fair) : value;
      const term = size * Math.abs(slope);
      residual += term;
      const quotient = grows ? div.absolute * Math.abs(slope) : 0;
      residualBound += (div.ulps + 4) * unit * term + quotient + (size + 2) * tiny;
      scale += value * below;
      scaleBound += 2 * unit * value * below + (value + 2) * tiny;
    }
  }
  const summing = gamma(sumRoundings(count) + 2, u) + gamma(count, U64);
  const single = (value: number, bound: number): Approximate => ({
    rows: 1,
    cols: 1,
    values: Float64Array.of(value),
    bound: Float64Array.of(1.01 * bound + summing * value + tiny),
  });
  return { residual: single(residual, residualBound), scale: single(scale, scaleBound) };
}
