/** W and H to start from: given, random, or made from the data. */
import type { Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import type { HostDense, HostMatrix } from "./host-matrix.js";
import { inspectFactor } from "./inspect.js";
import type { Linalg } from "./linalg.js";
import type { Matrix } from "./matrix.js";
import type { FactorizeOptions, Settings } from "./options.js";
import { pauses } from "./pause.js";
import type { Problem, Rule } from "./rules/index.js";
import { factorExponents, scaledMatrix } from "./scaling.js";
import { completed } from "./starts/completed.js";
import { type StartName, starts } from "./starts/index.js";
import { build, randomFactor, randomStart } from "./starts/random.js";
import { norm } from "./starts/start.js";

/** Zeros of a start of ours are raised to this share of √(mean(V)/k) where a rule could not leave them. */
const LIFT = 2 ** -7;

export interface Given {
  readonly W?: HostDense | undefined;
  readonly H?: HostDense | undefined;
}

/** Factors that were given, checked, in the units of the scaled V = 2^−p V. @throws NonnegError as `inspect` */
export function givenFactors(
  { rows, cols }: HostMatrix,
  options: FactorizeOptions,
  { rank }: Settings,
  dtype: Problem["V"]["dtype"],
  p: number,
): Given {
  const init = options.resume ?? options.init;
  if (init === undefined || typeof init === "string") return {};
  const exponents = factorExponents(p);
  const take = (factor: Factor, shape: { rows: number; cols: number }): HostDense | undefined => {
    const matrix = init[factor];
    if (!matrix) return undefined;
    const what = `${options.resume ? "The checkpoint's" : "The given"} ${factor}`;
    inspectFactor(what, matrix, shape.rows, shape.cols);
    return scaledMatrix(factor, matrix, -exponents[factor], dtype) as HostDense;
  };
  return { W: take("W", { rows, cols: rank }), H: take("H", { rows: rank, cols }) };
}

/**
 * What to say where given factors hold zeros that the rule never leaves. They are not changed:
 * a zero may be meant.
 */
export function lockedZeros(
  given: Given,
  rule: Rule,
  { algorithm, frozen, rank }: Settings,
  hold: Factor | undefined,
): string[] {
  if (!rule.guarantees.zerosStay) return [];
  const count = (factor: Factor): number => {
    const matrix = given[factor];
    if (!matrix || factor === hold) return 0;
    const moves = Array.from({ length: rank }, (_, a) => !frozen[factor].includes(a));
    const component = (p: number) =>
      factor === "W" ? p % matrix.cols : Math.floor(p / matrix.cols);
    let zeros = 0;
    matrix.data.forEach((x, p) => {
      if (x === 0 && moves[component(p)]) zeros++;
    });
    return zeros;
  };
  const locked = (["W", "H"] as const)
    .map((factor) => ({ factor, zeros: count(factor) }))
    .filter(({ zeros }) => zeros > 0)
    .map(({ factor, zeros }) => `${zeros} of ${factor}`);
  if (locked.length === 0) return [];
  return [
    `The factors given hold zeros, ${locked.join(" and ")}, which stay zero under algorithm "${algorithm}". ` +
      'Give small positive entries where that is not meant, or use "hals" or "anls" where they are offered.',
  ];
}

export interface Initialization {
  readonly la: Linalg;
  readonly problem: Problem;
  readonly rule: Rule;
  readonly settings: Settings;
  readonly given: Given;
  readonly hold: Factor | undefined;
  readonly signal: AbortSignal | undefined;
  /** of the scaled V */
  readonly mean: number;
  /** V = 2^p times the scaled V */
  readonly exponent: number;
}

/** W and H to start from, in the units of the scaled V. @throws NonnegError NONNEG_UNSUPPORTED */
export async function initialize(
  { la, problem, rule, settings, given, hold, mean, exponent, signal }: Initialization,
  seed: number,
): Promise<{ W: HostDense; H: HostDense }> {
  const { V } = problem;
  const { rank, init, samples } = settings;
  const { rows, cols, dtype } = V;
  if (init === "random" || init === "given") {
    return randomStart({ rows, cols, rank, mean, seed, dtype, given, hold });
  }
  using filled = problem.weights && mean > 0 ? complete(la, problem, init, mean) : undefined;
  const ground = { la, V: filled ?? V, mean, rank, samples, seed, pause: pauses(), signal };
  const made = await starts[init](ground);
  const live = made.filter(({ w, h }) => norm(w) > 0 && norm(h) > 0);
  const drawn = {
    W: randomFactor("W", { rows, cols: rank }, Math.sqrt(mean / rank), seed, "float64"),
    H: randomFactor("H", { rows: rank, cols }, Math.sqrt(mean / rank), seed, "float64"),
  };
  // An odd power of two falls to H alone; √2 shares it, so that each factor follows the square root of V's scale.
  const shift = exponent % 2 === 0 ? 1 : Math.SQRT2;
  const floor = rule.guarantees.zerosStay ? LIFT * Math.sqrt(mean / rank) : 0;
  const entry = (made: number | undefined, drawn: number) =>
    made === undefined ? drawn : made > 0 ? made : floor;
  return {
    W: build(
      rows,
      rank,
      dtype,
      (i, a) => shift * entry(live[a]?.w[i], drawn.W.data[i * rank + a]!),
    ),
    H: build(
      rank,
      cols,
      dtype,
      (a, j) => entry(live[a]?.h[j], drawn.H.data[a * cols + j]!) / shift,
    ),
  };
}

/** @throws NonnegError NONNEG_UNSUPPORTED where a sparse V would have to become dense */
function complete(
  la: Linalg,
  { V, weights }: Problem,
  init: StartName | "given",
  mean: number,
): Matrix {
  if (V.format === "dense") return completed(la, V, weights!, mean);
  throw new NonnegError(
    "NONNEG_UNSUPPORTED",
    `Start "${init}" needs a value for every entry, and what a sparse V read as observed only does not store is not zero: ` +
      'it would have to become dense. Use init "random", with starts: 5 to choose among several, or give V dense, with NaN where nothing is known.',
  );
}
