import { type Column, combine, correlate, total, type Vector } from "./column.js";

/** F(h) = ½ Σ_i (v_i − Σ_a W_ia h_a)²   (15) */
export function euclideanCost(column: Column, h: Vector): number {
  const x = combine(column, h);
  return 0.5 * total(x.length, (i) => (column.v[i]! - x[i]!) ** 2);
}

/** ∇F(h) = WᵀWh − Wᵀv, k entries: the linear term of (14) and (16). */
export function euclideanGradient(column: Column, h: Vector): Float64Array {
  const x = combine(column, h);
  return correlate(
    column,
    x.map((x_i, i) => x_i - column.v[i]!),
  );
}
