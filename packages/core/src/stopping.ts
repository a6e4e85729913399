import type { Settings } from "./options.js";
import type { StoppedBy } from "./result.js";

/** An objective at an iteration, with the bound on the error of its evaluation. */
export interface Point {
  readonly iteration: number;
  readonly objective: number;
  readonly error: number;
}

/**
 * The rule on the decrease of the objective: less than tol · normaliser an iteration since the
 * previous check ends the fit; where the evaluation cannot resolve that much, it says "precision".
 * @param normaliser the cost of the constant model
 * @param best the least objective so far: above it nothing has converged
 */
export function stalled(
  { tol }: Pick<Settings, "tol">,
  normaliser: number,
  previous: { readonly iteration: number; readonly objective: number },
  now: Point,
  best: number,
): StoppedBy | undefined {
  if (tol === 0 || now.iteration === previous.iteration) return undefined;
  const resolution = tol * normaliser * (now.iteration - previous.iteration);
  const decrease = previous.objective - now.objective;
  if (!(decrease <= resolution) || now.objective - best > resolution) return undefined;
  return now.error > resolution ? "precision" : "tol";
}
