import { type Column, combine, correlate, requirePositive, total, type Vector } from "./column.js";
import { betaCost } from "./beta-cost.js";

/** The penalty l1 Σ h + ½ l2 Σ h². */
export interface Penalties {
  readonly l1: number;
  readonly l2: number;
}

/** (r^s − 1)/s, log r for s = 0: 0 and of slope 1 at r = 1, and for every r > 0 increasing in s. */
export function monomial(s: number, r: number): number {
  return s === 0 ? Math.log(r) : Math.expm1(s * Math.log(r)) / s;
}

/** F(h) = Σ_i d_β(v_i, (Wh)_i) + l1 Σ h + ½ l2 Σ h², all positive. */
export function penalisedCost(
  beta: number,
  { l1, l2 }: Penalties,
  column: Column,
  h: Vector,
): number {
  return betaCost(beta, column, h) + total(h.length, (a) => l1 * h[a]! + 0.5 * l2 * h[a]! * h[a]!);
}

/**
 * One auxiliary function for every β and penalty. In r_a = h_a / h^t_a the majorizer of `betaAuxiliary`
 * and the penalties are sums of monomials; raising the powers with a positive factor to the largest,
 * q, and lowering the others to the least, p, keeps it above F and touching at r = 1:
 *
 *   G(h, h^t) = F(h^t) + Σ_a h^t_a [P_a (r_a^q − 1)/q − N_a (r_a^p − 1)/p],
 *   q = max(β, 1), and at least 2 with an L2 penalty; p = min(β − 1, 1),
 *   N = Wᵀ(v ∘ x^(β−2)), P = Wᵀx^(β−1) + l1 + l2 h^t, x = Wh^t.
 *
 * V. Y. F. Tan and C. Févotte, Automatic relevance determination in nonnegative matrix factorization
 * with the β-divergence, IEEE Trans. PAMI 35 (2013), for the L2 penalty.
 * @throws NonnegError NONNEG_ZERO_INPUT unless h^t > 0
 */
export function penalisedAuxiliary(
  beta: number,
  penalties: Penalties,
  column: Column,
  h: Vector,
  from: Vector,
): number {
  requirePositive(from);
  const { N, P } = gradientSplit(beta, penalties, column, from);
  const { p, q } = powers(beta, penalties);
  const rise = total(h.length, (a) => {
    const r = h[a]! / from[a]!;
    return from[a]! * (P[a]! * monomial(q, r) - N[a]! * monomial(p, r));
  });
  return penalisedCost(beta, penalties, column, from) + rise;
}

/** argmin_h G(h, h^t): h^t ∘ (N ⊘ P)^γ, γ = 1/(q − p), k entries. A zero stays zero. */
export function penalisedMinimiser(
  beta: number,
  penalties: Penalties,
  column: Column,
  from: Vector,
): Float64Array {
  const { N, P } = gradientSplit(beta, penalties, column, from);
  const { p, q } = powers(beta, penalties);
  return N.map((n, a) => (P[a]! > 0 ? from[a]! * (n / P[a]!) ** (1 / (q - p)) : from[a]!));
}

/** The gradient P − N of the penalised cost, both parts nonnegative. */
export function gradientSplit(
  beta: number,
  { l1, l2 }: Penalties,
  column: Column,
  h: Vector,
): { readonly N: Float64Array; readonly P: Float64Array } {
  const x = combine(column, h);
  return {
    N: correlate(
      column,
      x.map((x_i, i) => column.v[i]! * x_i ** (beta - 2)),
    ),
    P: correlate(
      column,
      x.map((x_i) => x_i ** (beta - 1)),
    ).map((p, a) => p + l1 + l2 * h[a]!),
  };
}

const powers = (beta: number, { l2 }: Penalties) => ({
  q: Math.max(beta, l2 > 0 ? 2 : 1),
  p: Math.min(beta - 1, 1),
});
