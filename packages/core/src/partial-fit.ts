/**
 * Online NMF: multiplicative updates from batches of samples, for data that arrive or do not fit.
 * A. Lefèvre, F. Bach, C. Févotte, Online algorithms for nonnegative matrix factorization with the
 * Itakura-Saito divergence, WASPAA 2011; for any β as in R. Serizel, S. Essid, G. Richard,
 * Mini-batch stochastic approaches for accelerated multiplicative updates in nonnegative matrix
 * factorisation with beta-divergence, MLSP 2016.
 */
import type { Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import { notFinite, requireFinite } from "./finite.js";
import type { HostDense, HostMatrix } from "./host-matrix.js";
import { Linalg } from "./linalg.js";
import { Scope, type Terms } from "./matrix.js";
import { Objective } from "./objective.js";
import { faded, minimiser, surrogate } from "./partial-fit-basis.js";
import {
  checked,
  fitOptions,
  type PartialFitOptions,
  type PartialFitStart,
  type PartialState,
} from "./partial-fit-options.js";
import { pauses } from "./pause.js";
import { reach } from "./powers.js";
import { prepare, type Prepared } from "./prepare.js";
import { halfSquareAt, relativeErrorOf } from "./relative-error.js";
import type { Factors } from "./rules/index.js";
import { scaledFactor } from "./scaling.js";
import { expectFeatures } from "./shape.js";

export type { PartialFitOptions, PartialFitStart, PartialState } from "./partial-fit-options.js";

export interface PartialFit {
  /** in the units of the data */
  readonly basis: HostDense;
  /** of this batch */
  readonly coefficients: HostDense;
  /** of this batch in the basis before it, which had not seen it: D_β, and ‖X − WH‖/‖X‖ */
  readonly cost: number;
  readonly relativeError: number;
  /** the cost plus the penalties */
  readonly objective: number;
  /** Steps taken on the basis: fewer where aborted, and after none the batch has taught nothing. */
  readonly steps: number;
  readonly warnings: readonly string[];
  readonly state: PartialState;
}

/**
 * Takes one batch of samples into a basis.
 *
 * The coefficients of the batch are found with the basis held, by the multiplicative rule. Then,
 * with the gradient by the basis B split as ∇ = P − N and γ the exponent of the rule,
 *   A = memory · A' + B^(1/γ) ∘ N,   C = memory · C' + P,   B ← (A ⊘ C)^γ,
 * A' and C' those of the batch before: for β ≤ 1 the minimiser of the majorizers of all batches,
 * weighted by what is kept of them, and above the form published for any β. Several such steps
 * majorize this batch anew, at the basis reached, and the others as they were. Penalties join C as
 * in the rule, and are not kept. One batch alone takes plain multiplicative steps, up to rounding.
 *
 * @param batch samples in rows or columns, dense or CSR, in number as they come
 * @param from the state after the batch before; for the first what decides the fit
 * @throws NonnegError those of `factorize`; NONNEG_INVALID_INPUT where the first batch is all zero
 */
export async function partialFit(
  { backend }: Linalg,
  batch: HostMatrix,
  from: PartialState | PartialFitStart,
  options: PartialFitOptions = {},
): Promise<PartialFit> {
  const la = new Linalg(backend);
  try {
    return await step(la, batch, from, options);
  } catch (error) {
    la.releaseAll();
    throw error;
  }
}

async function step(
  la: Linalg,
  batch: HostMatrix,
  from: PartialState | PartialFitStart,
  options: PartialFitOptions,
): Promise<PartialFit> {
  const { memory, innerIterations, steps } = checked(options);
  const state = "schema" in from ? from : undefined;
  const { samples = "rows" } = from;
  if (state) expectFeatures(batch, state.basis, samples);
  const [basis, coefficients] = samples === "rows" ? (["H", "W"] as const) : (["W", "H"] as const);
  using prepared = prepare(la, batch, fitOptions(from, options, basis), {
    exponent: state?.exponent,
  });
  const { problem, rule, settings, measures, exponents, exponent, toUnits } = prepared;
  if (!state && measures.mean === 0) {
    throw new NonnegError(
      "NONNEG_INVALID_INPUT",
      "The first batch is all zero, and gives no scale to start from: begin with another.",
    );
  }
  using scope = new Scope();
  const own = scope.own;
  const begun = await prepared.start(settings.seed);
  let at: Factors = { W: own(begun.W), H: own(begun.H) };
  const pause = pauses();
  const goesOn = async () => {
    await pause();
    return options.signal?.aborted !== true;
  };
  const fitCoefficients = async () => {
    using half = await rule.step(la, problem, at, coefficients);
    at[coefficients][Symbol.dispose]();
    at = { ...at, [coefficients]: own(half.next) };
  };
  for (let i = 0; i < innerIterations && (await goesOn()); i++) await fitCoefficients();
  const cost = await new Objective(la, problem, measures).certify(at);
  const halfSquare = await halfSquareAt(la, problem, at, cost.value);

  const past = state && {
    numerator: own(faded(la, memory, state.numerator)),
    denominator: own(faded(la, memory, state.denominator)),
  };
  let sums: Terms | undefined;
  let taken = 0;
  for (; taken < steps && (await goesOn()); taken++) {
    sums?.[Symbol.dispose]();
    sums = own(surrogate(la, problem, at, basis, past));
    const next = own(minimiser(la, problem, at[basis], basis, sums));
    at[basis][Symbol.dispose]();
    at = { ...at, [basis]: next };
    await fitCoefficients();
  }
  const kept = [at[coefficients], at[basis], ...(sums ? [sums.numerator, sums.denominator] : [])];
  const data = await la.download(...kept);
  if (state && notFinite([halfSquare], ...data) !== undefined) requireNear(prepared);
  requireFinite(la, problem, [halfSquare], ...data);
  const [X, learned, numerator, denominator] = kept.map(({ rows, cols }, p) => ({
    rows,
    cols,
    data: data[p]!,
  })) as [HostDense, HostDense, HostDense?, HostDense?];
  const inUnits = ({ rows, cols, data }: HostDense, factor: Factor) =>
    scaledFactor(rows, cols, data, exponents[factor]);
  const reached = inUnits(learned, basis);
  const nothing = { ...reached, data: reached.data.map(() => 0) };
  return {
    basis: reached,
    coefficients: inUnits(X, coefficients),
    cost: toUnits(cost.value),
    relativeError: relativeErrorOf(halfSquare, measures.norm),
    objective: toUnits(cost.value + cost.penalty),
    steps: taken,
    warnings: prepared.warnings,
    state:
      state && taken === 0
        ? state
        : {
            schema: 1,
            samples,
            beta: problem.beta,
            rank: settings.rank,
            dtype: problem.V.dtype,
            batches: (state?.batches ?? 0) + (taken > 0 ? 1 : 0),
            basis: reached,
            exponent,
            numerator: numerator ?? nothing,
            denominator: denominator ?? nothing,
          },
  };
}

/** @throws NonnegError NONNEG_INVALID_INPUT for a batch so far from the first that powers of both have no room in a number */
function requireNear({ measures: { mean }, problem: { V, beta } }: Prepared): void {
  const largest = Math.max(2, Math.abs(beta), Math.abs(beta - 2));
  if (mean === 0 || Math.abs(Math.log2(mean)) * largest <= reach(V.dtype)) return;
  throw new NonnegError(
    "NONNEG_INVALID_INPUT",
    `The mean of this batch is about ${Math.min(mean, Number.MAX_VALUE).toExponential(0)} times that of the first: ${V.dtype} has no ` +
      "room for sums of both. Give batches of one scale, or begin another model with this one.",
  );
}
