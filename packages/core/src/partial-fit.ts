/**
 * Online NMF: multiplicative updates from batches of samples, for data that arrive or do not fit.
 * A. Lefèvre, F. Bach, C. Févotte, Online algorithms for nonnegative matrix factorization with the
 * Itakura-Saito divergence, WASPAA 2011; for any β as in R. Serizel, S. Essid, G. Richard,
 * Mini-batch stochastic approaches for accelerated multiplicative updates in nonnegative matrix
 * factorisation with beta-divergence, MLSP 2016.
 */
import type { Dtype, Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import { requireFinite } from "./finite.js";
import { gradientTerms } from "./gradient.js";
import type { HostDense, HostMatrix } from "./host-matrix.js";
import { Linalg } from "./linalg.js";
import type { Loss } from "./losses.js";
import { type Matrix, Scope, type Terms, terms } from "./matrix.js";
import { Objective } from "./objective.js";
import type { Missing } from "./observe.js";
import type { FactorizeOptions, Samples } from "./options.js";
import { prepare } from "./prepare.js";
import { halfSquareAt, relativeErrorOf } from "./relative-error.js";
import type { Factors, Problem } from "./rules/index.js";
import { exponent as exponentOf } from "./rules/multiplicative-beta.js";
import { scaledFactor } from "./scaling.js";
import type { StartName } from "./starts/index.js";

/** What decides a fit: given with its first batch, and kept in the state. */
export interface PartialFitStart {
  readonly rank: number;
  /** Which axis of a batch holds the samples. Default "rows". */
  readonly samples?: Samples;
  /** Default "euclidean". */
  readonly loss?: Loss;
  /** Default "random"; the others are made from the first batch. Or the basis to start from. */
  readonly init?: StartName | HostDense;
  /** Default 0. */
  readonly seed?: number;
  /** Default: that of the first batch. */
  readonly dtype?: Dtype;
}

/** What may differ from batch to batch. */
export interface PartialFitOptions {
  /**
   * What is kept of the batches before, at each batch: above 0, at most 1, which forgets nothing.
   * Default 0.7, the forget factor of scikit-learn: about three batches count.
   */
  readonly memory?: number;
  /** Iterations on the coefficients of a batch before its first step on the basis. Default 20. */
  readonly innerIterations?: number;
  /** Steps on the basis with one batch, each followed by one on its coefficients. Default 10; 1 as published. */
  readonly steps?: number;
  /** As in `factorize`. */
  readonly weights?: HostMatrix | undefined;
  readonly missing?: Missing | undefined;
}

/** All that the next batch needs; kept whole, it gives the same bits. */
export interface PartialState {
  readonly schema: 1;
  readonly samples: Samples;
  readonly beta: number;
  readonly rank: number;
  readonly dtype: Dtype;
  readonly batches: number;
  /** k×n where samples are rows, m×k where they are columns, in the units of the data */
  readonly basis: HostDense;
  /** the two sums are of data divided by 2^exponent */
  readonly exponent: number;
  /** Σ basis^(1/γ) ∘ N over batches, those before fading */
  readonly numerator: HostDense;
  /** Σ P over batches, those before fading; of length k where N needs no more */
  readonly denominator: HostDense;
}

export interface PartialFit {
  /** in the units of the data */
  readonly basis: HostDense;
  /** of this batch */
  readonly coefficients: HostDense;
  /** of this batch in the basis before it, which had not seen it: D_β, and ‖X − WH‖/‖X‖ */
  readonly cost: number;
  readonly relativeError: number;
  readonly warnings: readonly string[];
  readonly state: PartialState;
}

/**
 * Takes one batch of samples into a basis.
 *
 * The coefficients of the batch are found with the basis held, by the multiplicative rule. Then,
 * with the gradient by the basis B split as ∇ = P − N and γ the exponent of the rule,
 *   A = memory · A' + B^(1/γ) ∘ N,   C = memory · C' + P,   B ← (A ⊘ C)^γ,
 * A' and C' those of the batch before: the minimiser of the majorizers of all batches, weighted by
 * what is kept of them. Several such steps majorize this batch anew, at the basis reached, and the
 * others as they were. One batch alone takes plain multiplicative steps, up to rounding.
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
  const fitCoefficients = async () => {
    using half = await rule.step(la, problem, at, coefficients);
    at[coefficients][Symbol.dispose]();
    at = { ...at, [coefficients]: own(half.next) };
  };
  for (let iteration = 0; iteration < innerIterations; iteration++) await fitCoefficients();
  const cost = await new Objective(la, problem, measures).certify(at);
  const halfSquare = await halfSquareAt(la, problem, at, cost.value);

  const past = state && {
    numerator: own(faded(la, memory, state.numerator)),
    denominator: own(faded(la, memory, state.denominator)),
  };
  let sums: Terms | undefined;
  for (let taken = 0; taken < steps; taken++) {
    sums?.[Symbol.dispose]();
    sums = own(surrogate(la, problem, at, basis, past));
    const next = own(minimiser(la, at[basis], sums, problem.beta));
    at[basis][Symbol.dispose]();
    at = { ...at, [basis]: next };
    await fitCoefficients();
  }
  const kept = [at[coefficients], at[basis], sums!.numerator, sums!.denominator] as const;
  const data = await la.download(...kept);
  requireFinite(la, [halfSquare], ...data);
  const [X, learned, numerator, denominator] = kept.map(({ rows, cols }, p) => ({
    rows,
    cols,
    data: data[p]!,
  })) as [HostDense, HostDense, HostDense, HostDense];
  const inUnits = ({ rows, cols, data }: HostDense, factor: Factor) =>
    scaledFactor(rows, cols, data, exponents[factor]);
  const reached = inUnits(learned, basis);
  return {
    basis: reached,
    coefficients: inUnits(X, coefficients),
    cost: toUnits(cost.value),
    relativeError: relativeErrorOf(halfSquare, measures.norm),
    warnings: prepared.warnings,
    state: {
      schema: 1,
      samples,
      beta: problem.beta,
      rank: settings.rank,
      dtype: problem.V.dtype,
      batches: (state?.batches ?? 0) + 1,
      basis: reached,
      exponent,
      numerator,
      denominator,
    },
  };
}

function checked({ memory = 0.7, innerIterations = 20, steps = 10 }: PartialFitOptions) {
  const refuse = (name: string, given: unknown, expected: string) =>
    new NonnegError("NONNEG_OPTION", `Option ${name} is ${String(given)}: expected ${expected}.`);
  if (!(memory > 0 && memory <= 1)) {
    throw refuse("memory", memory, "a number above 0, at most 1");
  }
  for (const [name, given] of Object.entries({ innerIterations, steps })) {
    if (!(Number.isSafeInteger(given) && given >= 1)) {
      throw refuse(name, given, "a whole number, at least 1");
    }
  }
  return { memory, innerIterations, steps };
}

/** The fit of a batch with the basis held, or, for the first, from its start. */
function fitOptions(
  from: PartialState | PartialFitStart,
  { weights, missing }: PartialFitOptions,
  factor: Factor,
): FactorizeOptions {
  const { rank, samples = "rows" } = from;
  const common = { rank, samples, weights, missing };
  const held = (basis: HostDense): Pick<FactorizeOptions, "hold" | "init"> =>
    factor === "H" ? { hold: "H", init: { H: basis } } : { hold: "W", init: { W: basis } };
  if ("schema" in from) {
    return {
      ...common,
      ...held(from.basis),
      loss: from.beta,
      dtype: from.dtype,
    } as FactorizeOptions;
  }
  const { loss = "euclidean", init = "random", seed = 0, dtype } = from;
  const start = typeof init === "string" ? { init } : held(init);
  return { ...common, ...start, loss, seed, ...(dtype ? { dtype } : {}) } as FactorizeOptions;
}

/** memory · past */
function faded(la: Linalg, memory: number, past: HostDense): Matrix {
  using before = la.upload(past);
  return la.mul(memory, before);
}

/** B^(1/γ) ∘ N and P at the basis B, and what is kept of the batches before. */
function surrogate(
  la: Linalg,
  problem: Problem,
  at: Factors,
  factor: Factor,
  past: { readonly numerator: Matrix; readonly denominator: Matrix } | undefined,
): Terms {
  const split = gradientTerms(la, problem, at, factor);
  const gamma = exponentOf(problem.beta, false);
  using N = split.numerator;
  using weight = la.elementwise("pow", [at[factor], 1 / gamma]);
  const own = terms(la.mul(weight, N), split.denominator);
  if (!past) return own;
  using now = own;
  return terms(la.add(past.numerator, now.numerator), la.add(past.denominator, now.denominator));
}

/** (A ⊘ C)^γ; what no batch has said anything about stays. */
function minimiser(
  la: Linalg,
  basis: Matrix,
  { numerator, denominator }: Terms,
  beta: number,
): Matrix {
  using ones = la.full(basis.rows, basis.cols, 1, basis.dtype);
  using ratio = la.scaleByRatio(ones, numerator, denominator, exponentOf(beta, false));
  using silent = la.elementwise("lessEqual", [denominator, 0]);
  return la.elementwise("select", [silent, basis, ratio]);
}
