/** From what the user gives to what the loop takes: checked, weighed, scaled and on the backend. */
import type { Dtype, Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import type { HostMatrix } from "./host-matrix.js";
import { type Given, givenFactors, initialize, lockedZeros } from "./initialize.js";
import { requirePositive, type Statistics } from "./inspect.js";
import type { Linalg } from "./linalg.js";
import { betaOf } from "./losses.js";
import { type Matrix, Scope } from "./matrix.js";
import type { Measures } from "./objective.js";
import { type Observed, observe } from "./observe.js";
import { type FactorizeOptions, type Settings, settingsOf } from "./options.js";
import { requirePowers } from "./powers.js";
import { type Factors, type Problem, type Rule, selectRule } from "./rules/index.js";
import { factorExponents, heldAs, scaleExponent, timesPower, uploadScaled } from "./scaling.js";
import { distributions, requireOnSimplex, startOnSimplex } from "./simplex.js";

/** Everything in the units of the scaled V; `toUnits` and `exponents` take the units back. */
export interface Prepared extends Disposable {
  readonly settings: Settings;
  readonly problem: Problem;
  readonly rule: Rule;
  readonly measures: Measures;
  /** The start of this seed, owned by whoever takes it. @throws NonnegError NONNEG_UNSUPPORTED */
  readonly start: (seed: number) => Promise<Factors>;
  /** turns a cost of the scaled V into one of V */
  readonly toUnits: (cost: number) => number;
  /** V = 2^(W+H) times the scaled V, the factors 2^W and 2^H times theirs */
  readonly exponents: Readonly<Record<Factor, number>>;
  /** their sum */
  readonly exponent: number;
  readonly warnings: readonly string[];
}

/** One of several matrices that share a basis. */
export interface Batch {
  /** the scale of those before it */
  readonly exponent: number | undefined;
}

/** @throws NonnegError whatever is wrong with V or the options, see `factorize` */
export function prepare(
  la: Linalg,
  V: HostMatrix,
  options: FactorizeOptions,
  batch?: Batch,
): Prepared {
  const given = observe(V, options.weights, options.missing);
  const settings = settingsOf(options, V);
  const { simplex: lines } = settings;
  // With weights it is refused below.
  const observed =
    lines && !given.weights ? observe(distributions(given.V, lines), undefined, undefined) : given;
  const { statistics } = observed;
  const beta = betaOf(options.loss ?? "euclidean");
  requirePositive(observed.V, beta, observed.weights);
  const warnings: string[] = [];
  const dtype = chooseDtype(la, V, options.dtype, warnings);
  const rule = selectRule(settings.algorithm, {
    beta,
    weights: observed.weights,
    penalties: settings.penalties,
    frozen: settings.frozen.W.length + settings.frozen.H.length > 0,
  });
  if (!batch && settings.rank >= Math.min(V.rows, V.cols)) {
    warnings.push(
      `Rank ${settings.rank} is not below min(m, n) = ${Math.min(V.rows, V.cols)}: W and H compress nothing.`,
    );
  }

  const p = batch?.exponent ?? scaleExponent(statistics.mean);
  const exponents = factorExponents(p);
  const factors = givenFactors(V, options, settings, dtype, p);
  warnings.push(...lockedZeros(factors, rule, settings, options.hold));
  const scope = new Scope();
  const problem: Problem = {
    beta,
    ...uploadData(la, scope, observed, beta, dtype, p),
    penalties: settings.penalties && scaledPenalties(settings.penalties, exponents, p * beta),
    frozen: frozenMasks(la, scope, settings, dtype),
    simplex: lines && { lines, W: 2 ** -exponents.W, H: 2 ** -exponents.H },
    eta:
      settings.algorithm === "additive"
        ? stepSizes(V, settings, beta, statistics, exponents)
        : undefined,
  };
  requireHeld(options, factors, problem.simplex);
  // Of a batch that is far from those before, the scale is at fault and not β.
  if (batch?.exponent === undefined) requirePowers(observed.V, statistics, beta, dtype, p);
  const measures = {
    mean: timesPower(statistics.mean, -p),
    norm: timesPower(statistics.norm, -p),
    spread: timesPower(statistics.spread, -p),
  };
  const { mean } = measures;
  const { hold } = options;
  const from = {
    la,
    problem,
    rule,
    settings,
    given: factors,
    hold,
    mean,
    exponent: p,
    signal: options.signal,
  };
  return {
    settings,
    problem,
    rule,
    measures,
    async start(seed) {
      const start = await initialize(from, seed);
      const place = (factor: Factor) =>
        problem.simplex && factor !== hold && !options.resume
          ? startOnSimplex(start[factor], problem.simplex.lines, problem.simplex[factor])
          : start[factor];
      return { W: la.upload(place("W")), H: la.upload(place("H")) };
    },
    // An infinite cost is infinite in any units.
    toUnits: (cost) => (cost === Infinity ? cost : timesPower(cost, p * beta)),
    exponents,
    exponent: p,
    warnings,
    [Symbol.dispose]: () => {
      scope[Symbol.dispose]();
    },
  };
}

/**
 * η in the units of the scaled V, where a factor is 2^−exponent and its gradient, of the dimension
 * of V^(β−1) times its partner, as many times itself.
 */
function stepSizes(
  { rows, cols }: HostMatrix,
  { eta }: Settings,
  beta: number,
  { norm }: Statistics,
  { W, H }: Prepared["exponents"],
): Problem["eta"] {
  const rootMeanSquare = norm / Math.sqrt(rows * cols);
  const size = eta ?? (0.5 * (rootMeanSquare || 1) ** (1 - beta)) / Math.max(rows, cols);
  const p = W + H;
  return {
    W: timesPower(size, p * (beta - 1) + H - W),
    H: timesPower(size, p * (beta - 1) + W - H),
  };
}

/** @throws NonnegError NONNEG_UNSUPPORTED, NONNEG_OPTION where a held factor is not what PLSA holds */
function requireHeld({ hold }: FactorizeOptions, held: Given, simplex: Problem["simplex"]): void {
  if (!simplex || !hold) return;
  const { lines } = simplex;
  const basis = lines === "columns" ? "W" : "H";
  if (hold !== basis) {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `Algorithm "plsa" with ${lines} on the simplex can hold ${basis} only, its distributions of which those of V are mixtures: use algorithm "multiplicative" to hold ${hold}.`,
    );
  }
  requireOnSimplex(held[hold]!, hold, lines, simplex[hold]);
}

function uploadData(
  la: Linalg,
  scope: Scope,
  { V: host, weights }: Observed,
  beta: number,
  dtype: Dtype,
  p: number,
): { V: Matrix; weights?: Matrix } {
  // Once more: scaled and rounded, an entry may be zero.
  requirePositive(host, beta, weights, heldAs(-p, dtype));
  const V = scope.own(uploadScaled(la, "V", host, -p, dtype));
  if (!weights) return { V };
  if (weights === "stored") return { V, weights: scope.own(la.elementwise("equal", [V, V])) };
  return { V, weights: scope.own(uploadScaled(la, "The weights", weights, 0, dtype, V)) };
}

/** l1 Σ x and ½ l2 Σ x² in the units of the scaled V, where x is 2^−exponent times itself. */
function scaledPenalties(
  penalties: NonNullable<Settings["penalties"]>,
  exponents: Prepared["exponents"],
  costExponent: number,
): Problem["penalties"] {
  const scale = (factor: Factor) => ({
    l1: timesPower(penalties[factor].l1, exponents[factor] - costExponent),
    l2: timesPower(penalties[factor].l2, 2 * exponents[factor] - costExponent),
  });
  return { W: scale("W"), H: scale("H") };
}

function frozenMasks(
  la: Linalg,
  scope: Scope,
  { frozen, rank }: Settings,
  dtype: Dtype,
): Problem["frozen"] {
  const mask = (components: readonly number[]) => {
    const data = dtype === "float64" ? new Float64Array(rank) : new Float32Array(rank);
    for (const component of components) data[component] = 1;
    return data;
  };
  const { W, H } = frozen;
  return {
    ...(W.length > 0 ? { W: scope.own(la.upload({ rows: 1, cols: rank, data: mask(W) })) } : {}),
    ...(H.length > 0 ? { H: scope.own(la.upload({ rows: rank, cols: 1, data: mask(H) })) } : {}),
  };
}

function chooseDtype(
  la: Linalg,
  V: HostMatrix,
  wanted: Dtype | undefined,
  warnings: string[],
): Dtype {
  const values = "indptr" in V ? V.values : V.data;
  const dtype = wanted ?? (values instanceof Float64Array ? "float64" : "float32");
  if (la.supports(dtype)) return dtype;
  const [other] = la.backend.capabilities.dtypes;
  if (wanted !== undefined || other === undefined) {
    throw new NonnegError(
      "NONNEG_DTYPE",
      `Backend "${la.backend.name}" has no ${dtype}: ask for ${String(other)}, or choose another backend.`,
    );
  }
  warnings.push(
    `The data are ${dtype}, which backend "${la.backend.name}" does not have: computed in ${other}.`,
  );
  return other;
}
