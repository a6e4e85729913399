import { type HostDense, LARGEST, type StationarityOptions } from "@nonneg/core";
import { repeated } from "./elementwise.js";
import { pairwiseSum } from "./pairwise.js";

/** Σ x ∘ ∇₊ + max(x, x̄) ∘ (−∇)₊ and Σ x ∘ denominator, with x̄ = share ⊘ partner and ∇ = denominator − numerator. */
export function stationarity(
  x: HostDense,
  numerator: HostDense,
  denominator: HostDense,
  partner: HostDense,
  { factor, share }: StationarityOptions,
): { residual: number; scale: number } {
  const above = repeated(numerator);
  const below = repeated(denominator);
  const largest = LARGEST[x.data instanceof Float64Array ? "float64" : "float32"];
  const fair = Float64Array.from(partner.data, (sum) =>
    sum > 0 ? Math.min(share / sum, largest) : 0,
  );
  const residuals = new Float64Array(x.data.length);
  const scales = new Float64Array(x.data.length);
  for (let i = 0, at = 0; i < x.rows; i++) {
    let p = i * above.rowStep;
    let q = i * below.rowStep;
    for (let j = 0; j < x.cols; j++, at++, p += above.colStep, q += below.colStep) {
      const value = x.data[at]!;
      const slope = below.data[q]! - above.data[p]!;
      const size = slope > 0 ? value : Math.max(value, fair[factor === "H" ? i : j]!);
      residuals[at] = size * Math.abs(slope);
      scales[at] = value * below.data[q]!;
    }
  }
  return { residual: pairwiseSum(residuals), scale: pairwiseSum(scales) };
}
