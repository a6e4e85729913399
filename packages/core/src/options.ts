import type { Dtype, Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import { type HostDense, type HostMatrix, isSparse } from "./host-matrix.js";
import { type Algorithm, type Method, methodOf } from "./method-options.js";
import type { Missing } from "./observe.js";
import { members, number, oneOf, refuse, whole } from "./option-checks.js";
import type { Checkpoint, Progress } from "./result.js";
import type { Penalty } from "./rules/index.js";
import type { Simplex } from "./simplex.js";
import { seedless, type StartName, startNames } from "./starts/index.js";

/** Which axis of V holds the samples: rows (scikit-learn, CSV files) or columns (the paper's v ≈ Wh). */
export type Samples = "rows" | "columns";

interface CommonOptions {
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
  /**
   * Iterations between checks of the objective, by default so many that checks take less than a
   * twentieth of the time: 20, or 60 with the light iterations of the algorithms "multiplicative",
   * "plsa", "additive" and "additive-rescaled", or 100 with those of a V that stores fewer than 5·10⁶ / k
   * entries.
   */
  readonly checkEvery?: number;
  /** Stops the fit; what was reached is returned, `stoppedBy: "aborted"`. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every iteration, and at the start. Must not throw. */
  readonly onIteration?: ((progress: Progress) => void) | undefined;
  /**
   * Weight of each entry of V, nonnegative, in V's format (CSR: storing the same entries). 0 means
   * unobserved, and so does an entry that a weighted CSR V does not store.
   */
  readonly weights?: HostMatrix | undefined;
  /** What marks entries that are missing: NaN in a dense V, or "unobserved": what CSR does not store. */
  readonly missing?: Missing | undefined;
  /** l1 Σ x + ½ l2 Σ x² over a factor, added to the cost as they are, in the units of V. */
  readonly penalties?: { readonly W?: Partial<Penalty>; readonly H?: Partial<Penalty> };
  /** Components that keep their column of W or row of H; they must be given in `init`. */
  readonly frozen?: { readonly W?: readonly number[]; readonly H?: readonly number[] };
  /** Goes on where an earlier fit of the same V with the same options stopped. */
  readonly resume?: Checkpoint;
}

/** Options of `factorize`. A held factor must be given; TypeScript refuses `hold: "H"` without `init.H`. */
export type FactorizeOptions = CommonOptions &
  Method & {
    readonly rank: number;
    /**
     * Which axis of V holds the samples: it decides what the starts "separable" and "kmeans" choose
     * their basis from, and nothing else. Default "rows".
     */
    readonly samples?: Samples;
    /**
     * Short fits from so many seeds, `seed`, `seed` + 1, …, the best of which goes on. Default 1.
     */
    readonly starts?: number;
    /** The order of the components in the result: as they are, or by their share in Σ WH, largest first. Default "none". */
    readonly order?: "none" | "contribution";
    /**
     * After the fit the columns of W, or the rows of H, are scaled to sum to one, and the other factor
     * takes the scale: WH stays. Default "none".
     */
    readonly normalize?: "none" | Factor;
  } & (
    | {
        readonly hold?: undefined;
        /** How to start, or W m×k and H k×n to start from; one left out is drawn at random. Default "random". */
        readonly init?: StartName | { readonly W?: HostDense; readonly H?: HostDense };
      }
    | { readonly hold: "W"; readonly init: { readonly W: HostDense; readonly H?: HostDense } }
    | { readonly hold: "H"; readonly init: { readonly W?: HostDense; readonly H: HostDense } }
  );

/** Options of `transform`: the basis decides the rank, and is held. */
export type TransformOptions = Omit<CommonOptions, "resume"> & Method;

/** Every option, defaults filled in and values checked. */
export interface Settings {
  readonly rank: number;
  readonly algorithm: Algorithm;
  /** the constant step size, where given; in the units of V */
  readonly eta: number | undefined;
  /** which lines are distributions, where any are */
  readonly simplex: Simplex | undefined;
  readonly first: Factor;
  readonly init: StartName | "given";
  readonly samples: Samples;
  readonly starts: number;
  readonly order: "none" | "contribution";
  readonly normalize: "none" | Factor;
  readonly seed: number;
  readonly tol: number;
  readonly kktTol: number;
  readonly maxIterations: number;
  readonly timeBudget: number;
  readonly checkEvery: number;
  readonly penalties: Readonly<Record<Factor, Penalty>> | undefined;
  readonly frozen: Readonly<Record<Factor, readonly number[]>>;
}

const KNOWN = new Set([
  "rank",
  "loss",
  "algorithm",
  "eta",
  "simplex",
  "init",
  "samples",
  "starts",
  "order",
  "normalize",
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
  "weights",
  "missing",
  "penalties",
  "frozen",
]);

/** @throws NonnegError NONNEG_OPTION, NONNEG_RANK */
export function settingsOf(options: FactorizeOptions, V: HostMatrix): Settings {
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
  requireKinds(options);
  const init = initOf(options);
  const rank = checkRank(options.rank, V);
  const frozen = { W: frozenOf(options, "W"), H: frozenOf(options, "H") };
  const method = methodOf(options);
  return {
    rank,
    ...method,
    first: oneOf("first", options.first ?? "H", ["H", "W"]),
    init,
    samples: oneOf("samples", options.samples ?? "rows", ["rows", "columns"]),
    starts: startsOf(options, init),
    ...arrangementOf(options),
    seed: whole("seed", options.seed ?? 0, 0),
    tol: number("tol", options.tol ?? 1e-5, 0),
    kktTol: number("kktTol", options.kktTol ?? 1e-5, 0),
    maxIterations: whole("maxIterations", options.maxIterations ?? 1000, 0),
    timeBudget: number("timeBudget", options.timeBudget ?? Infinity, 0),
    checkEvery: whole(
      "checkEvery",
      options.checkEvery ?? usualInterval(method.algorithm, V, rank),
      1,
    ),
    penalties: penaltiesOf(options),
    frozen,
  };
}

/** Iterations between checks: more where an iteration is a product or two a factor, more again where those are small. */
function usualInterval(algorithm: Algorithm, V: HostMatrix, rank: number): number {
  const light = ["multiplicative", "plsa", "additive", "additive-rescaled"].includes(algorithm);
  if (!light) return 20;
  const entries = isSparse(V) ? V.values.length : V.data.length;
  return entries * rank < 5e6 ? 100 : 60;
}

/** @throws NonnegError NONNEG_OPTION where what the loop is given to ask, or go on from, is something else */
function requireKinds({ signal, onIteration, resume }: FactorizeOptions): void {
  const given: Readonly<Record<string, unknown>> = { onIteration, signal, resume };
  if (onIteration !== undefined && typeof given["onIteration"] !== "function") {
    throw refuse("onIteration", onIteration, "a function");
  }
  if (signal !== undefined && !isObject(given["signal"], "aborted")) {
    throw refuse("signal", signal, "an AbortSignal");
  }
  if (resume !== undefined && !isObject(given["resume"], "W", "H", "iteration")) {
    throw refuse("resume", resume, "the checkpoint of a result");
  }
}

const isObject = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === "object" && value !== null && names.every((name) => name in value);

const isArray = (value: unknown): boolean => Array.isArray(value);

function initOf({ init: given = "random", resume }: FactorizeOptions): Settings["init"] {
  const init: unknown = given;
  if ((typeof init === "object" && init !== null) || resume) return "given";
  if (startNames.includes(init as StartName)) return init as StartName;
  throw refuse("init", init, `one of ${startNames.join(", ")}, or { W, H }`);
}

/** @throws NonnegError NONNEG_OPTION where components that stay as they are would be moved or scaled */
function arrangementOf({
  order = "none",
  normalize = "none",
  hold,
  frozen,
}: FactorizeOptions): Pick<Settings, "order" | "normalize"> {
  oneOf("order", order, ["none", "contribution"]);
  oneOf("normalize", normalize, ["none", "W", "H"]);
  const still = hold !== undefined || [...(frozen?.W ?? []), ...(frozen?.H ?? [])].length > 0;
  if (still && order !== "none") throw refuse("order", order, "none with a factor held or frozen");
  if (still && normalize !== "none") {
    throw refuse("normalize", normalize, "none with a factor held or frozen");
  }
  return { order, normalize };
}

/** @throws NonnegError NONNEG_OPTION where all starts would be the same */
function startsOf(
  { starts = 1, init: given, hold, resume, seed = 0 }: FactorizeOptions,
  init: Settings["init"],
): number {
  whole("starts", starts, 1);
  if (starts === 1) return 1;
  const fixed = typeof given === "object" && given.W !== undefined && given.H !== undefined;
  if (hold || resume || fixed || (init !== "given" && seedless.includes(init))) {
    throw refuse(
      "starts",
      starts,
      "1 where a seed changes nothing: with a checkpoint, a factor held, both factors given, or init " +
        seedless.join(", "),
    );
  }
  whole("seed + starts − 1", seed + (starts - 1), 0);
  return starts;
}

/** @throws NonnegError NONNEG_OPTION where only one of two moving factors is penalised */
export function penaltiesOf({
  penalties = {},
  hold,
}: Pick<FactorizeOptions, "penalties" | "hold">): Settings["penalties"] {
  members("penalties", penalties, ["W", "H"]);
  const read = (factor: Factor): Penalty => {
    const { l1 = 0, l2 = 0 } = members(`penalties.${factor}`, penalties[factor] ?? {}, [
      "l1",
      "l2",
    ]);
    return {
      l1: number(`penalties.${factor}.l1`, l1, 0),
      l2: number(`penalties.${factor}.l2`, l2, 0),
    };
  };
  const both = { W: read("W"), H: read("H") };
  const penalised = (factor: Factor) => both[factor].l1 + both[factor].l2 > 0;
  if (!penalised("W") && !penalised("H")) return undefined;
  for (const [factor, other] of [
    ["W", "H"],
    ["H", "W"],
  ] as const) {
    if (penalised(factor) && !penalised(other) && hold !== other) {
      throw refuse(
        `penalties.${other}`,
        "zero",
        `a penalty as well: with ${factor} alone penalised there is no minimum, ${other} grows without end as ${factor} shrinks; or hold ${other}`,
      );
    }
  }
  return both;
}

function frozenOf(
  { frozen = {}, rank, init }: FactorizeOptions,
  factor: Factor,
): readonly number[] {
  const components = members("frozen", frozen, ["W", "H"])[factor] ?? [];
  if (!isArray(components)) throw refuse(`frozen.${factor}`, components, "an array of components");
  for (const component of components) {
    if (!(Number.isSafeInteger(component) && component >= 0 && component < rank)) {
      throw refuse(`frozen.${factor}`, component, `components from 0 to ${rank - 1}`);
    }
  }
  if (components.length > 0 && (typeof init !== "object" || !init[factor])) {
    throw refuse(
      `frozen.${factor}`,
      components.join(", "),
      `init.${factor}, which holds the frozen components, as well`,
    );
  }
  return components;
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
