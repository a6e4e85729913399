/**
 * NeNMF: Nesterov's optimal gradient method on each factor by turns.
 * N. Guan, D. Tao, Z. Luo and B. Yuan, NeNMF: an optimal gradient method for nonnegative matrix
 * factorization, IEEE Trans. Signal Process. 60 (2012).
 */
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope, terms } from "../matrix.js";
import { certainFall, freePart, norm, type Point, pointAt } from "./line-search.js";
import { halfStep, type Rule } from "./rule.js";
import { Subproblem } from "./subproblem.js";

/** Most inner steps: each a product with a k×k matrix, small beside those with V. */
const STEPS = 20;
/** A projected gradient shorter than this share of the first ends the half-step. */
const EPSILON = 0.1;

/**
 * With L = ‖WᵀW‖₂ + l2, Y_0 = H_0, α_0 = 1, for each t
 *   H_{t+1} = max(0, Y_t − ∇F(Y_t)/L),   α_{t+1} = (1 + √(4α_t² + 1))/2,
 *   Y_{t+1} = H_{t+1} + (α_t − 1)/α_{t+1} · (H_{t+1} − H_t),   W likewise.
 *
 * The method is not monotone: a column of H (a row of W) that has not fallen keeps what its first
 * step gave, a gradient step of length 1/L, which does fall.
 */
export const nesterov: Rule = {
  algorithm: "nenmf",
  title: "NeNMF, optimal gradient: Guan, Tao, Luo & Yuan",
  guarantees: { monotone: true, zerosStay: false, conservesSums: false, scales: true },
  supports: ({ beta, weights, frozen }) => beta === 2 && !weights && !frozen,
  async step(la, problem, at, factor) {
    using subproblem = new Subproblem(la, problem, at, factor);
    using from = pointAt(la, subproblem, la.mul(1, at[factor]));
    const split = terms(la.mul(1, from.numerator), la.mul(1, from.denominator));
    const L = await subproblem.lipschitz();
    // Every component of the partner is zero, and no penalty bends what is left.
    if (!(L > 0)) return halfStep(split, la.max(from.x, 0));
    return halfStep(split, await optimalGradient(la, subproblem, from, L));
  },
};

async function optimalGradient(
  la: Linalg,
  subproblem: Subproblem,
  from: Point,
  L: number,
): Promise<Matrix> {
  using scope = new Scope();
  const own = scope.own;
  const target = EPSILON * (await projectedNorm(la, from));
  const first = own(gradientStep(la, from, L));
  let H = first;
  let Y = own(pointAt(la, subproblem, la.mul(1, first)));
  let alpha = goldenSection(1);
  for (let t = 1; t < STEPS && (await projectedNorm(la, Y)) > target; t++) {
    const before = H;
    H = own(gradientStep(la, Y, L));
    const next = goldenSection(alpha);
    const along = own(la.sub(H, before));
    const ahead = own(la.mul((alpha - 1) / next, along));
    Y = own(pointAt(la, subproblem, la.add(H, ahead)));
    alpha = next;
  }
  const reached = own(pointAt(la, subproblem, la.mul(1, H)));
  const falls = own(certainFall(la, subproblem, from, reached));
  return la.elementwise("select", [falls, H, first]);
}

/** α_{t+1}; α_0 = 1, with which Y_1 = H_1 */
const goldenSection = (alpha: number): number => (1 + Math.sqrt(4 * alpha * alpha + 1)) / 2;

/** max(0, Y − ∇F(Y)/L) */
function gradientStep(la: Linalg, { x, gradient }: Point, L: number): Matrix {
  using move = la.mul(1 / L, gradient);
  using free = la.sub(x, move);
  return la.max(free, 0);
}

async function projectedNorm(la: Linalg, { x, numerator, denominator }: Point): Promise<number> {
  using descent = la.sub(numerator, denominator);
  using projected = freePart(la, x, descent);
  return await norm(la, projected);
}
