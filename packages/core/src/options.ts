import type { Dtype, Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import type { HostDense } from "./host-matrix.js";
import type { Loss } from "./losses.js";
import type { Checkpoint, Progress } from "./result.js";

interface CommonOptions {
  /** What is minimised. Default "euclidean". */
  readonly loss?: Loss;
  /** How. Default "multiplicative". */
  readonly algorithm?: string;
  /** Which factor moves first in an iteration. Default "H". */
  readonly first?: Factor;
  /** Seed of the random start, a whole number from 0 to 2^53 − 1. Default 0. */
  readonly seed?: number;
  /** Precision of the arithmetic. Default: that of the data. */
  readonly dtype?: Dtype;
  /**
   * Stop when the objective falls by less than `tol` an iteration since the last check, relative to
   * the cost of the constant model D(V‖mean V), which depends on the data alone. 0 turns it off.
   * Default 1e-5: a further thousand iterations at that pace would explain one percent more.
   */
  readonly tol?: number;
  /**
   * Stop when the KKT residual is at most this. 0 turns it off. Default 1e-5: above the rounding
   * noise of a float32 gradient, and a hundred times below what `tol` usually stops at.
   */
  readonly kktTol?: number;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** Seconds after which to stop. Default: none. */
  readonly timeBudget?: number;
  /** Iterations between checks of the objective. Default 10: a check then costs under 5 % of the time. */
  readonly checkEvery?: number;
  /** Stops the fit; what was reached is returned, `stoppedBy: "aborted"`. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every iteration, and at the start. Must not throw. */
  readonly onIteration?: ((progress: Progress) => void) | undefined;
  /** Goes on where an earlier fit of the same V with the same options stopped. */
  readonly resume?: Checkpoint;
}

/** Options of `factorize`. A held factor must be given; TypeScript refuses `hold: "H"` without `init.H`. */
export type FactorizeOptions = CommonOptions & { readonly rank: number } & (
    | {
        readonly hold?: undefined;
        /** "random", or W m×k and H k×n to start from; one left out is drawn at random. */
        readonly init?: "random" | { readonly W?: HostDense; readonly H?: HostDense };
      }
    | { readonly hold: "W"; readonly init: { readonly W: HostDense; readonly H?: HostDense } }
    | { readonly hold: "H"; readonly init: { readonly W?: HostDense; readonly H: HostDense } }
  );

/** Options of `transform`: the basis decides the rank, and is held. */
export type TransformOptions = Omit<CommonOptions, "resume">;

/** Every option, defaults filled in and values checked. */
export interface Settings {
  readonly rank: number;
  readonly algorithm: string;
  readonly first: Factor;
  readonly seed: number;
  readonly tol: number;
  readonly kktTol: number;
  readonly maxIterations: number;
  readonly timeBudget: number;
  readonly checkEvery: number;
}

const KNOWN = new Set([
  "rank",
  "loss",
  "algorithm",
  "init",
  "hold",
  "first",
  "seed",
  "dtype",
  "tol",
  "kktTol",
  "maxIterations",
  "timeBudget",
  "checkEvery",
  "signal",
  "onIteration",
  "resume",
]);

function refuse(name: string, given: unknown, expected: string): NonnegError {
  return new NonnegError(
    "NONNEG_OPTION",
    `Option ${name} is ${String(given)}: expected ${expected}.`,
  );
}

function number(name: string, given: number, least: number): number {
  if (typeof given === "number" && given >= least) return given;
  throw refuse(name, given, `a number, at least ${least}`);
}

function whole(name: string, given: number, least: number): number {
  if (Number.isSafeInteger(given) && given >= least) return given;
  throw refuse(name, given, `a whole number, at least ${least}`);
}

function oneOf<T extends string>(name: string, given: T, choices: readonly T[]): T {
  if (choices.includes(given)) return given;
  throw refuse(name, given, `one of ${choices.join(", ")}`);
}

/** @throws NonnegError NONNEG_OPTION, NONNEG_RANK */
export function settingsOf(
  options: FactorizeOptions,
  shape: { rows: number; cols: number },
): Settings {
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) throw refuse(name, "unknown", `one of ${[...KNOWN].join(", ")}`);
  }
  if (options.dtype !== undefined) oneOf("dtype", options.dtype, ["float32", "float64"]);
  if (options.hold !== undefined) {
    oneOf("hold", options.hold, ["W", "H"]);
    const init: unknown = options.init;
    if (typeof init !== "object" || init === null || !(options.hold in init)) {
      throw refuse("hold", options.hold, `init.${options.hold}, the factor to hold, as well`);
    }
  }
  const init: unknown = options.init ?? "random";
  if (init !== "random" && (typeof init !== "object" || init === null)) {
    throw refuse("init", init, '"random" or { W, H }');
  }
  return {
    rank: checkRank(options.rank, shape),
    algorithm: options.algorithm ?? "multiplicative",
    first: oneOf("first", options.first ?? "H", ["H", "W"]),
    seed: whole("seed", options.seed ?? 0, 0),
    tol: number("tol", options.tol ?? 1e-5, 0),
    kktTol: number("kktTol", options.kktTol ?? 1e-5, 0),
    maxIterations: whole("maxIterations", options.maxIterations ?? 1000, 0),
    timeBudget: number("timeBudget", options.timeBudget ?? Infinity, 0),
    checkEvery: whole("checkEvery", options.checkEvery ?? 10, 1),
  };
}

function checkRank(rank: number, { rows, cols }: { rows: number; cols: number }): number {
  const most = Math.max(rows * cols, 1024);
  if (Number.isSafeInteger(rank) && rank >= 1 && rank <= most) return rank;
  throw new NonnegError(
    "NONNEG_RANK",
    `Rank is ${String(rank)}: expected a whole number from 1 to ${most} for a ${rows}×${cols} V ` +
      "(it compresses while below mn/(m+n)).",
  );
}
