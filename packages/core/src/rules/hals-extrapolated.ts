/**
 * HALS with extrapolation between its half-steps.
 * A. M. S. Ang and N. Gillis, Accelerating nonnegative matrix factorization algorithms using
 * extrapolation, Neural Computation 31 (2019), algorithm 2 with the projection hp = 3.
 */
import type { Factor } from "../backend.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope, terms } from "../matrix.js";
import { sweeps } from "./hals.js";
import { quadratic } from "./quadratic.js";
import { type Factors, type HalfStep, halfStep, type Problem, type Rule } from "./rule.js";
import { State } from "./state.js";

/** β_0, its decrease η, its growth γ and that of its ceiling γ̄: section 3.3, for accelerated HALS. */
const BETA = 0.5;
const ETA = 1.5;
const GAMMA = 1.01;
const GAMMA_BAR = 1.005;

/**
 *   H_{t+1} = HALS(W_y; H_y),   H_y = max(0, H_{t+1} + β_t (H_{t+1} − H_t)),
 *   W_{t+1} = HALS(H_y; W_y),   W_y = W_{t+1} + β_t (W_{t+1} − W_t),
 *
 * After an iteration that raised the error ‖V − W_{t+1} H_y‖ the next begins at W_t, H_t with
 * β/η and a ceiling of the β before; after one that did not β and its ceiling grow by γ and γ̄.
 * Faster than HALS as a rule, and not monotone.
 */
export const halsExtrapolated: Rule = {
  algorithm: "hals-extrapolated",
  title: "HALS, extrapolated: Ang & Gillis",
  guarantees: { monotone: false, zerosStay: false, conservesSums: false, scales: true },
  supports: ({ beta, weights, penalties, frozen }) =>
    beta === 2 && !weights && !penalties && !frozen,
  async step(la, problem, at, factor, state) {
    if (state) return await extrapolatedStep(la, problem, at, factor, state);
    using alone = new State();
    return await extrapolatedStep(la, problem, at, factor, alone);
  },
};

async function extrapolatedStep(
  la: Linalg,
  problem: Problem,
  at: Factors,
  factor: Factor,
  state: State,
): Promise<HalfStep> {
  // An iteration begins with the factor that the fit began with.
  state.scalars["first is H"] ??= Number(factor === "H");
  const first = state.scalars["first is H"] === Number(factor === "H");
  if (first) settle(la, state, at);

  using scope = new Scope();
  const own = scope.own;
  const ahead: Factors = { W: state.get("W_y") ?? at.W, H: state.get("H_y") ?? at.H };
  // HALS leaves a component as it is where its partner is zero: none may be negative there.
  const from = { ...ahead, [factor]: own(la.max(ahead[factor], 0)) };
  const { gram, cross, denominator } = quadratic(la, problem, from, factor);
  own(gram);
  const next = await sweeps(la, problem, from, factor, gram, cross);
  state.scalars["error"] = await errorOf(la, next, gram, cross, factor);
  const elsewhere = ahead.W !== at.W || ahead.H !== at.H;

  const move = own(la.sub(next, state.get(factor)!));
  const y = own(la.add(next, own(la.mul(state.scalars["beta"]!, move))));
  // The first factor is projected, so that the error is that of a nonnegative pair.
  state.set(`${factor}_y`, first ? la.max(y, 0) : la.mul(1, y));
  return { ...halfStep(terms(cross, denominator), next), elsewhere };
}

/** Accepts the iteration that came to `at`, or goes back to where it began; chooses the next β. */
function settle(la: Linalg, state: State, at: Factors): void {
  const { error, before, beta = BETA, betaBefore = BETA, ceiling = 1 } = state.scalars;
  const rose = error !== undefined && before !== undefined && error > before;
  for (const factor of ["W", "H"] as const) {
    if (rose) state.set(`${factor}_y`, la.mul(1, state.get(factor)!));
    else state.set(factor, la.mul(1, at[factor]));
  }
  if (error === undefined) Object.assign(state.scalars, { beta, betaBefore, ceiling });
  else {
    Object.assign(state.scalars, {
      before: error,
      beta: rose ? beta / ETA : Math.min(ceiling, GAMMA * beta),
      betaBefore: beta,
      ceiling: rose ? betaBefore : Math.min(1, GAMMA_BAR * ceiling),
    });
  }
}

/** ‖V − WH‖² − ‖V‖², from what the half-step on one factor has. */
async function errorOf(
  la: Linalg,
  x: Matrix,
  gram: Matrix,
  cross: Matrix,
  factor: Factor,
): Promise<number> {
  using scope = new Scope();
  const own = scope.own;
  const dtype = la.supports("float64") ? "float64" : x.dtype;
  const sum = (a: Matrix) => own(la.reduce("sum", own(a), "all", { dtype }));
  const squares = own(la.gram(x, factor === "H" ? "AAt" : "AtA", { dtype }));
  const [product, square] = await la.scalars(sum(la.mul(cross, x)), sum(la.mul(squares, gram)));
  return square! - 2 * product!;
}
