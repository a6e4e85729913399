import { betaSplit } from "./beta-cost.js";
import { type Column, combine, correlate, total, type Vector } from "./column.js";
import { responsibilities } from "./responsibilities.js";

/**
 * G(h, h^t): the convex part of each d_β(v_i, (Wh)_i) by Jensen's inequality with the α of (30), the
 * concave part by its tangent at x = Wh^t,
 *
 *   Σ_i [ Σ_a α_ia convex_i(x_i h_a / h^t_a) + concave_i(x_i) + concave_i′(x_i) (Wh − x)_i + constant_i ].
 *
 * (14) for β = 2, (26–27) for β = 1. Févotte and Idier (2011), theorem 1. v, Wh^t and h positive.
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function betaAuxiliary(beta: number, column: Column, h: Vector, from: Vector): number {
  const { cols } = column.W;
  const { data: alpha } = responsibilities(column, from);
  const x = combine(column, from);
  const next = combine(column, h);
  return total(x.length, (i) => {
    const { convex, concave, concaveSlope, constant } = betaSplit(beta, column.v[i]!);
    const x_i = x[i]!;
    const jensen = total(cols, (a) => {
      const share = alpha[i * cols + a]!;
      return share > 0 ? share * convex((x_i * h[a]!) / from[a]!) : 0;
    });
    return jensen + concave(x_i) + concaveSlope(x_i) * (next[i]! - x_i) + constant;
  });
}

/**
 * argmin_h G(h, h^t), k entries: h^t ∘ (N ⊘ P)^γ, N = Wᵀ(v ∘ x^(β−2)), P = Wᵀ x^(β−1), x = Wh^t;
 * γ = 1/(2−β) for β < 1, 1 for 1 ≤ β ≤ 2, 1/(β−1) for β > 2. A zero stays zero.
 */
export function betaMinimiser(beta: number, column: Column, from: Vector): Float64Array {
  const x = combine(column, from);
  const N = correlate(
    column,
    x.map((x_i, i) => column.v[i]! * x_i ** (beta - 2)),
  );
  const P = correlate(
    column,
    x.map((x_i) => x_i ** (beta - 1)),
  );
  const gamma = beta < 1 ? 1 / (2 - beta) : beta > 2 ? 1 / (beta - 1) : 1;
  return N.map((n, a) => (P[a]! > 0 ? from[a]! * (n / P[a]!) ** gamma : from[a]!));
}
