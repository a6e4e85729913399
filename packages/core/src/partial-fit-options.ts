import type { Dtype, Factor } from "./backend.js";
import type { HostDense, HostMatrix } from "./host-matrix.js";
import type { Loss } from "./losses.js";
import type { Missing } from "./observe.js";
import { refuse } from "./option-checks.js";
import { type FactorizeOptions, penaltiesOf, type Samples } from "./options.js";
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
  /**
   * As in `factorize`, over the coefficients of this batch and over the basis. That of the basis
   * counts once, beside all that is kept of the batches: give it with each.
   */
  readonly penalties?: FactorizeOptions["penalties"] | undefined;
  /** Ends the batch; what was reached is returned. */
  readonly signal?: AbortSignal | undefined;
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
  /** Σ P over batches, those before fading; of length k where N needs no more. No penalty is in it. */
  readonly denominator: HostDense;
}

const KNOWN: readonly string[] = [
  "memory",
  "innerIterations",
  "steps",
  "weights",
  "missing",
  "penalties",
  "signal",
] satisfies (keyof PartialFitOptions)[];

/** @throws NonnegError NONNEG_OPTION */
export function checked(options: PartialFitOptions) {
  const { memory = 0.7, innerIterations = 20, steps = 10, penalties = {} } = options;
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    throw refuse(
      unknown,
      "unknown",
      `one of ${KNOWN.join(", ")}, or, with the first batch alone, of those that decide a fit`,
    );
  }
  if (!(memory > 0 && memory <= 1)) {
    throw refuse("memory", memory, "a number above 0, at most 1");
  }
  for (const [name, given] of Object.entries({ innerIterations, steps })) {
    if (!(Number.isSafeInteger(given) && given >= 1)) {
      throw refuse(name, given, "a whole number, at least 1");
    }
  }
  // Both factors move: a basis that is given is no factor held.
  penaltiesOf({ penalties });
  return { memory, innerIterations, steps };
}

/** The fit of a batch with the basis held, or, for the first, from its start. */
export function fitOptions(
  from: PartialState | PartialFitStart,
  { weights, missing, penalties = {}, signal }: PartialFitOptions,
  factor: Factor,
): FactorizeOptions {
  const { rank, samples = "rows" } = from;
  const common = { rank, samples, weights, missing, penalties, signal };
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
