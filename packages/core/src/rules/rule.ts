import type { Factor } from "../backend.js";
import type { Linalg } from "../linalg.js";
import type { Matrix, Terms } from "../matrix.js";
import type { Simplex } from "../simplex.js";
import type { State } from "./state.js";

/** What is minimised: D_β(V‖WH) over W, H ≥ 0. */
export interface Problem {
  readonly beta: number;
  /** m×n, dense or CSR */
  readonly V: Matrix;
  /** weight of each entry, see `DivergenceOperands` in backend.ts */
  readonly weights?: Matrix | undefined;
  /** added to the cost: Σ l1 x + ½ l2 x² over each factor */
  readonly penalties?: Readonly<Record<Factor, Penalty>> | undefined;
  /** 1 for each component that stays as it is: 1×k columns of W, k×1 rows of H */
  readonly frozen?: Readonly<Partial<Record<Factor, Matrix>>> | undefined;
  /** what `plsa` is told: which lines of V, W and H are distributions, and what those of W and of H sum to */
  readonly simplex?: OnSimplex | undefined;
  /** the constant η of the additive rule, for each factor; 1 where absent */
  readonly eta?: Readonly<Record<Factor, number>> | undefined;
}

/** Lines of W that sum to `W`, and of H that sum to `H`; those of V sum to the product. */
export interface OnSimplex extends Readonly<Record<Factor, number>> {
  readonly lines: Simplex;
}

/** The penalty of one factor: l1 Σ x + ½ l2 Σ x². */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** What of a problem decides whether a rule can solve it. */
export type Demands = Pick<Problem, "beta"> & {
  readonly weights?: unknown;
  readonly penalties?: unknown;
  readonly frozen?: unknown;
};

/** The iterate: W m×k, H k×n. */
export interface Factors {
  readonly W: Matrix;
  readonly H: Matrix;
}

/** What a half-step gives: the factor moved, and both parts of the gradient at the point it left. */
export interface HalfStep extends Terms {
  readonly next: Matrix;
  /** The gradient is that at another point, of no use to a check. */
  readonly elsewhere?: boolean;
}

/** What is proved of a rule, and so what the conformance suite demands of it on every backend. */
export interface Guarantees {
  /** The objective never rises in a half-step. */
  readonly monotone: boolean;
  /** An entry that is zero stays zero. */
  readonly zerosStay: boolean;
  /** After a step on H the column sums of WH are those of V, after one on W the row sums. */
  readonly conservesSums: boolean;
  /** V → cV with H → cH scales the result, whatever the units of V. */
  readonly scales: boolean;
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
  /** It solves `Problem.simplex`: V, W and H hold distributions. */
  readonly onSimplex?: true;
  supports(demands: Demands): boolean;
  /**
   * One half-step on `factor` from the iterate `at`, which it leaves untouched.
   * @param state what the rule remembers between its half-steps
   */
  step(
    la: Linalg,
    problem: Problem,
    at: Factors,
    factor: Factor,
    state?: State,
  ): HalfStep | Promise<HalfStep>;
}

/** Adds the moved factor to the terms of its step. */
export function halfStep(terms: Terms, next: Matrix): HalfStep {
  return { ...terms, next };
}
