import { type Column, combine, correlate, total, type Vector } from "./column.js";

/**
 * F(h) = Σ_i v_i log(v_i / Σ_a W_ia h_a) − v_i + Σ_a W_ia h_a   (28)
 *
 * 0 log 0 = 0; +∞ where some v_i > 0 is over Σ_a W_ia h_a = 0.
 */
export function divergenceCost(column: Column, h: Vector): number {
  const x = combine(column, h);
  return total(x.length, (i) => {
    const v = column.v[i]!;
    return v > 0 ? v * Math.log(v / x[i]!) - v + x[i]! : x[i]!;
  });
}

/** ∇F(h) = Wᵀ1 − Wᵀ(v ⊘ Wh), k entries; v_i / 0 counts as 0. */
export function divergenceGradient(column: Column, h: Vector): Float64Array {
  const x = combine(column, h);
  return correlate(
    column,
    x.map((x_i, i) => 1 - (x_i > 0 ? column.v[i]! / x_i : 0)),
  );
}
