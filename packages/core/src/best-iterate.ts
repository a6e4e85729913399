/**
 * The best iterate of a rule that is not monotone. It is kept in the rule's state, and so in
 * checkpoints: a fit resumed from one knows it as if it had not stopped.
 */
import type { Linalg } from "./linalg.js";
import type { Factors } from "./rules/rule.js";
import type { State } from "./rules/state.js";

const OBJECTIVE = "best objective";
const W = "best W";
const H = "best H";

/** Keeps a copy of `at` where its objective is the least so far, which it returns. */
export function keepBest(la: Linalg, state: State, at: Factors, objective: number): number {
  const least = state.scalars[OBJECTIVE] ?? Infinity;
  if (!(objective < least)) return least;
  state.scalars[OBJECTIVE] = objective;
  state.set(W, la.mul(1, at.W));
  state.set(H, la.mul(1, at.H));
  return objective;
}

/** The best iterate kept; the state owns it. */
export function bestIterate(state: State): Factors | undefined {
  const [w, h] = [state.get(W), state.get(H)];
  return w && h && { W: w, H: h };
}
