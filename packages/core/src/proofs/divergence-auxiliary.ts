import { type Column, combine, correlate, total, type Vector } from "./column.js";
import { jensenBound, responsibilities } from "./responsibilities.js";

/**
 * G(h, h^t) = Σ_i (v_i log v_i − v_i) + Σ_ia W_ia h_a                          (26)
 *           − Σ_ia v_i α_ia (log W_ia h_a − log α_ia),   α_ia of (30)          (27)
 *
 * Lemma 3: an auxiliary function of F (28), for h^t > 0 and any h ≥ 0.
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function divergenceAuxiliary(column: Column, h: Vector, from: Vector): number {
  const x = combine(column, h);
  const bound = jensenBound(column, h, from);
  return total(x.length, (i) => {
    const v = column.v[i]!;
    return x[i]! + (v > 0 ? v * Math.log(v) - v + v * bound[i]! : 0);
  });
}

/** ∂G/∂h_a = −Σ_i v_i α_ia / h_a + Σ_i W_ia, k entries   (32) */
export function divergenceAuxiliaryGradient(column: Column, h: Vector, from: Vector): Float64Array {
  const { v, W } = column;
  const { data: alpha } = responsibilities(column, from);
  const sums = correlate(
    column,
    Float64Array.from(v, () => 1),
  );
  return sums.map((sum, a) => {
    const shares = total(W.rows, (i) => v[i]! * alpha[i * W.cols + a]!);
    return shares === 0 ? sum : sum - shares / h[a]!;
  });
}
