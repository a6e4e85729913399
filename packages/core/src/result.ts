import type { BackendDescription, Dtype, Factor } from "./backend.js";
import type { HostDense } from "./host-matrix.js";
import type { SavedState } from "./rules/index.js";
import type { StartName } from "./starts/index.js";

/** Which rule ended a fit. Only "tol" and "kktTol" mean that it converged. */
export type StoppedBy =
  | "tol" // the objective falls by less than `tol` an iteration
  | "kktTol" // the KKT residual is at most `kktTol`
  | "precision" // the objective falls by less than its own evaluation can tell
  | "maxIterations"
  | "timeBudget"
  | "aborted";

/** What `onIteration` is told. Objective and residual are those of the last check. */
export interface Progress {
  readonly iteration: number;
  readonly maxIterations: number;
  readonly objective: number;
  readonly kkt: number;
  /** since the start of the fit */
  readonly seconds: number;
}

/** One check. The residual is the one of the step before it, taken from the step's own gradient. */
export interface Check {
  readonly iteration: number;
  readonly objective: number;
  readonly kkt: number;
  /** since the start of the fit */
  readonly seconds: number;
}

/** A short fit from one seed. */
export interface Try {
  readonly seed: number;
  readonly objective: number;
}

/** All that a later fit needs to go on as if it had not stopped. */
export interface Checkpoint {
  readonly schema: 1;
  readonly W: HostDense;
  readonly H: HostDense;
  readonly iteration: number;
  /** the last check before `iteration`, against which the next measures the decrease, in units of its own */
  readonly previous: { readonly iteration: number; readonly objective: number } | null;
  /** what the rule remembers, in units of its own; absent where it remembers nothing */
  readonly state?: SavedState;
}

/** V ≈ WH, and the certificate. */
export interface Factorization {
  /** m×k */
  readonly W: HostDense;
  /** k×n */
  readonly H: HostDense;
  readonly rank: number;
  readonly beta: number;
  readonly loss: string;
  readonly algorithm: string;
  readonly held: Factor | null;
  /** how the components were arranged after the fit; the checkpoint keeps them as they were */
  readonly order: "none" | "contribution";
  readonly normalize: "none" | Factor;
  /** how it started */
  readonly init: StartName | "given";
  /** that of the start taken: the same fit comes of it alone */
  readonly seed: number;
  /** the seeds tried, and the objective each reached in its short fit; empty where there was one */
  readonly starts: readonly Try[];
  readonly dtype: Dtype;
  readonly backend: { readonly name: string } & BackendDescription;
  readonly iterations: number;
  readonly stoppedBy: StoppedBy;
  readonly converged: boolean;
  /** D_β(V‖WH); half the squared Frobenius norm for β = 2 */
  readonly cost: number;
  /** the cost and the penalties */
  readonly objective: number;
  /** ‖V − WH‖_F / ‖V‖_F */
  readonly relativeError: number;
  /** 1 − ‖V − WH‖² / ‖V − mean(V)‖² over observed entries, weighted; where V is constant 1 if WH = V, else 0 */
  readonly explainedVariance: number;
  /** the share of each component in Σ WH, in the order of the components */
  readonly contributions: readonly number[];
  /** Hoyer's, 0 to 1: the mean over the columns of W, and over the rows of H */
  readonly sparseness: Readonly<Record<Factor, number>>;
  /** the KKT residual of the result, the larger of both factors */
  readonly kkt: number;
  readonly history: readonly Check[];
  readonly seconds: number;
  readonly warnings: readonly string[];
  readonly checkpoint: Checkpoint;
}
