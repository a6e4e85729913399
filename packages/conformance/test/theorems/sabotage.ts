/** A rule with one defect, or a backend, and the theorems that must catch it. */
import type { Backend, Dtype, Rule } from "@nonneg/core";

export interface Sabotage {
  readonly name: string;
  readonly dtype: Dtype;
  readonly rule: Rule;
  /** The backend to run it on, where that is what is broken. */
  readonly backend?: (intact: Backend) => Backend;
  /** Names of theorems, each of which must fail for at least one loss. */
  readonly caughtBy: readonly string[];
}

/** The theorems by the names of their cases. */
export const STEP = "each step is the formula's";
export const RISE = "the objective never rises";
export const EXACT = "V = WH is a fixed point";
export const STATIONARY = "a stationary point is invariant";
export const HELD = "with one factor held, only the other moves";
export const ZEROS = "zeros stay zeros";
export const SCALE = "V → cV with H → cH scales the result";
export const ORDER = "permuting rows, columns and components permutes the result";
export const TRANSPOSED = "the transposed problem has the transposed result";
export const GRADIENT = "the gradient split is right";
export const SUMS = "a step on H gives WH the column sums of V, one on W the row sums";
export const COST = "(WD, D⁻¹H) has the cost of (W, H)";
export const DRIFT = "V = WH drifts by rounding only";
export const SIMPLEX = "factors stay on the simplex";
export const ORTHANT = "factors stay finite and nonnegative";
export const FALLS = "the objective falls from a positive point that is not stationary";
