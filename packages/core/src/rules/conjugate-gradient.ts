/**
 * Nonlinear conjugate gradient under nonnegativity, on each factor by turns.
 * E. Polak and G. Ribière, Note sur la convergence de méthodes de directions conjuguées, RIRO 3
 * (1969), with J. C. Gilbert and J. Nocedal's β ≥ 0 (SIAM J. Optim. 2, 1992); the bounds as
 * B. T. Polyak, The conjugate gradient method in extremal problems, USSR Comput. Math. Math. Phys.
 * 9 (1969): conjugate directions on the face of the orthant that the iterate is on.
 */
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope, terms } from "../matrix.js";
import { freePart, largest, lineSearch, norm, type Point, pointAt } from "./line-search.js";
import { halfStep, type Rule } from "./rule.js";
import { Subproblem } from "./subproblem.js";

/** Most steps a half-step: for β = 2 they need no more products with V, for β = 1 each its own. */
const STEPS = { quadratic: 10, divergence: 3 };
/** A free gradient shorter than this share of the first ends the half-step: the other factor's turn. */
const EPSILON = 0.1;

/**
 * For each column of H (each row of W), with g the gradient off the active bounds,
 *   p_0 = −g_0,   H_{t+1} = max(0, H_t + α p_t),   p_{t+1} = −g_{t+1} + β_t p_t,
 *   β_t = max(0, ⟨g_{t+1}, g_{t+1} − g_t⟩ / ⟨g_t, g_t⟩),
 * α by line search, so that the objective never rises; begun anew with β_t = 0 where p would not
 * be a direction of descent.
 */
export const conjugateGradient: Rule = {
  algorithm: "conjugate-gradient",
  title: "conjugate gradient, bounded: Polak & Ribière; Polyak",
  guarantees: { monotone: true, zerosStay: false, conservesSums: false, scales: true },
  supports: ({ beta, frozen }) => (beta === 2 || beta === 1) && !frozen,
  async step(la, problem, at, factor) {
    using subproblem = new Subproblem(la, problem, at, factor);
    using from = pointAt(la, subproblem, la.mul(1, at[factor]));
    const split = terms(la.mul(1, from.numerator), la.mul(1, from.denominator));
    return halfStep(split, await descend(la, subproblem, from));
  },
};

/** The factor after some steps; the caller owns it. */
async function descend(la: Linalg, subproblem: Subproblem, from: Point): Promise<Matrix> {
  const most = subproblem.quadratic ? STEPS.quadratic : STEPS.divergence;
  using scope = new Scope();
  let point = from;
  let descent = scope.own(freeDescent(la, point));
  let direction = descent;
  let first: number | undefined;
  for (let step = 1; ; step++) {
    point = scope.own(await lineSearch(la, subproblem, point, direction));
    const next = scope.own(freeDescent(la, point));
    const length = await norm(la, next);
    if (step === most || length <= EPSILON * (first ??= await norm(la, descent))) break;
    direction = scope.own(conjugate(la, subproblem, point, descent, next, direction));
    descent = next;
  }
  return la.mul(1, point.x);
}

/** −g */
function freeDescent(la: Linalg, { x, numerator, denominator }: Point): Matrix {
  using descent = la.sub(numerator, denominator);
  return freePart(la, x, descent);
}

/** p_{t+1} from −g_t, −g_{t+1} and p_t. */
function conjugate(
  la: Linalg,
  { axis }: Subproblem,
  { x }: Point,
  before: Matrix,
  now: Matrix,
  p: Matrix,
): Matrix {
  using scope = new Scope();
  const own = scope.own;
  // In units of g_t: squares of a small gradient would underflow.
  const scale = own(largest(la, before, axis));
  const unit = (a: Matrix) => own(la.div(a, scale));
  const inner = (a: Matrix, b: Matrix) => own(la.sum(own(la.mul(unit(a), unit(b))), axis));
  const norm2 = inner(before, before);
  const zero = own(la.elementwise("lessEqual", [norm2, 0]));
  const size = own(la.elementwise("select", [zero, 1, norm2]));
  const beta = own(la.max(own(la.div(inner(now, own(la.sub(now, before))), size)), 0));
  const candidate = own(freePart(la, x, own(la.add(now, own(la.mul(beta, p))))));
  const uphill = own(la.elementwise("lessEqual", [inner(now, candidate), 0]));
  return la.elementwise("select", [uphill, now, candidate]);
}
