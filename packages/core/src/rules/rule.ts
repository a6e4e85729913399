import type { Factor } from "../backend.js";
import type { Linalg } from "../linalg.js";
import type { Matrix, Terms } from "../matrix.js";

/** What is minimised: D_β(V‖WH) over W, H ≥ 0. */
export interface Problem {
  readonly beta: number;
  /** m×n, dense or CSR */
  readonly V: Matrix;
  /** weight of each entry, see `DivergenceOperands` in backend.ts */
  readonly weights?: Matrix | undefined;
}

/** The iterate: W m×k, H k×n. */
export interface Factors {
  readonly W: Matrix;
  readonly H: Matrix;
}

/** What a half-step gives: the factor moved, and both parts of the gradient at the point it left. */
export interface HalfStep extends Terms {
  readonly next: Matrix;
}

/** What is proved of a rule, and so what the conformance suite demands of it on every backend. */
export interface Guarantees {
  /** The objective never rises in a half-step. */
  readonly monotone: boolean;
  /** An entry that is zero stays zero. */
  readonly zerosStay: boolean;
  /** After a step on H the column sums of WH are those of V, after one on W the row sums. */
  readonly conservesSums: boolean;
}

/**
 * An update rule: one file each, read beside its paper. A rule moves one factor with the other
 * held; the loop alternates them.
 */
export interface Rule {
  /** The name that `algorithm` chooses by; rules of one name differ in the losses they support. */
  readonly algorithm: string;
  /** Name and equation, such as "multiplicative, Lee & Seung (4)". */
  readonly title: string;
  readonly guarantees: Guarantees;
  supports(problem: Pick<Problem, "beta" | "weights">): boolean;
  /** One half-step on `factor` from the iterate `at`, which it leaves untouched. */
  step(la: Linalg, problem: Problem, at: Factors, factor: Factor): HalfStep | Promise<HalfStep>;
}

/** Adds the moved factor to the terms of its step. */
export function halfStep(terms: Terms, next: Matrix): HalfStep {
  return { ...terms, next };
}
