import type { Dtype, Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import type { HostMatrix } from "./host-matrix.js";
import { start } from "./initialize.js";
import { inspect, inspectFactor, requirePositive, type Statistics } from "./inspect.js";
import type { Linalg } from "./linalg.js";
import { betaOf, lossName } from "./losses.js";
import { iterate, type Outcome } from "./iterate.js";
import { constantModelCost, Objective } from "./objective.js";
import { type FactorizeOptions, type Settings, settingsOf } from "./options.js";
import type { Factorization } from "./result.js";
import { type Problem, selectRule } from "./rules/index.js";
import { factorExponents, scaledFactor, scaledMatrix, scaleExponent } from "./scaling.js";
import { Scope } from "./matrix.js";
import { residualAt } from "./stationarity.js";

/**
 * Factorizes a nonnegative m×n matrix: V ≈ WH, W m×k and H k×n nonnegative, minimising D_β(V‖WH).
 *
 * @param V dense or CSR; stays sparse where it is
 * @throws NonnegError NONNEG_NEGATIVE_INPUT, NONNEG_NOT_FINITE, NONNEG_SHAPE_MISMATCH,
 *   NONNEG_INVALID_INPUT, NONNEG_ZERO_INPUT (β ≤ 0), NONNEG_RANK, NONNEG_OPTION, NONNEG_DTYPE,
 *   NONNEG_UNSUPPORTED, NONNEG_OUT_OF_MEMORY, NONNEG_BACKEND_FAILED
 */
export async function factorize(
  la: Linalg,
  V: HostMatrix,
  options: FactorizeOptions,
): Promise<Factorization> {
  const statistics = inspect("V", V);
  const settings = settingsOf(options, V);
  const beta = betaOf(options.loss ?? "euclidean");
  requirePositive(V, beta);
  const warnings: string[] = [];
  const dtype = chooseDtype(la, V, options.dtype, warnings);
  const rule = selectRule(settings.algorithm, { beta });
  if (settings.rank >= Math.min(V.rows, V.cols)) {
    warnings.push(
      `Rank ${settings.rank} is not below min(m, n) = ${Math.min(V.rows, V.cols)}: W and H compress nothing.`,
    );
  }

  // All that follows is in the units of the scaled V, until `finish` takes the units back.
  const p = scaleExponent(statistics.mean);
  const unit = 2 ** -p;
  const measures = { mean: statistics.mean * unit, norm: statistics.norm * unit };
  const exponents = factorExponents(p);
  const from = startingPoint(V, options, settings, statistics, dtype, p);

  using scope = new Scope();
  const host = scaledMatrix("V", V, -p, dtype);
  const problem: Problem = { beta, V: scope.own(la.upload(host)) };
  const objective = new Objective(la, problem, measures);
  const costUnit = 2 ** (p * beta);
  const outcome = await iterate({
    la,
    problem,
    rule,
    settings,
    hold: options.hold,
    mean: measures.mean,
    objective,
    costUnit,
    normaliser: await normaliser(la, problem, measures.mean),
    start: { W: la.upload(from.W), H: la.upload(from.H) },
    iteration: options.resume?.iteration ?? 0,
    previous: options.resume?.previous ?? null,
    signal: options.signal,
    onIteration: options.onIteration,
  });
  return await finish(la, problem, outcome, {
    settings,
    objective,
    measures,
    costUnit,
    exponents,
    options,
    warnings,
  });
}

interface Context {
  readonly settings: Settings;
  readonly objective: Objective;
  readonly measures: { readonly mean: number; readonly norm: number };
  readonly costUnit: number;
  readonly exponents: { readonly W: number; readonly H: number };
  readonly options: FactorizeOptions;
  readonly warnings: readonly string[];
}

/** The certificate, computed afresh at the point reached, and the factors in the units of V. */
async function finish(
  la: Linalg,
  problem: Problem,
  outcome: Outcome,
  context: Context,
): Promise<Factorization> {
  const { settings, objective, measures, costUnit, exponents, options, warnings } = context;
  const { at } = outcome;
  try {
    const cost = await objective.certify(at);
    const moved = outcome.moved;
    const kkt =
      cost.value === Infinity ? Infinity : await residualAt(la, problem, at, moved, measures.mean);
    const relativeError = await relativeErrorAt(la, problem, at, cost.value, measures.norm);
    const seconds = outcome.seconds();
    const [w, h] = (await la.download(at.W, at.H)) as [Float32Array, Float32Array];
    const { rows, cols } = problem.V;
    const W = scaledFactor(rows, settings.rank, w, exponents.W);
    const H = scaledFactor(settings.rank, cols, h, exponents.H);
    requireFinite(la, [cost.value === Infinity ? 0 : cost.value, relativeError], W.data, H.data);
    return {
      W,
      H,
      rank: settings.rank,
      beta: problem.beta,
      loss: lossName(problem.beta),
      algorithm: settings.algorithm,
      held: options.hold ?? null,
      seed: settings.seed,
      dtype: problem.V.dtype,
      backend: { name: la.backend.name, ...la.backend.description },
      iterations: outcome.iteration,
      stoppedBy: outcome.stoppedBy,
      converged: outcome.stoppedBy === "tol" || outcome.stoppedBy === "kktTol",
      cost: cost.value * costUnit,
      objective: cost.value * costUnit,
      relativeError,
      kkt,
      history: outcome.history,
      seconds,
      warnings,
      checkpoint: { schema: 1, W, H, iteration: outcome.iteration, previous: outcome.previous },
    };
  } finally {
    at.W[Symbol.dispose]();
    at.H[Symbol.dispose]();
  }
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

/** W and H to start from, in the units of the scaled V. */
function startingPoint(
  V: HostMatrix,
  options: FactorizeOptions,
  { rank, seed }: Settings,
  { mean }: Statistics,
  dtype: Dtype,
  p: number,
) {
  const init = options.resume ?? options.init;
  const given = init === undefined || init === "random" ? {} : init;
  const exponents = factorExponents(p);
  const { rows, cols } = V;
  const take = (factor: Factor, shape: { rows: number; cols: number }) => {
    const matrix = given[factor];
    if (!matrix) return undefined;
    inspectFactor(
      `${options.resume ? "The checkpoint's" : "The given"} ${factor}`,
      matrix,
      shape.rows,
      shape.cols,
    );
    return scaledMatrix(factor, matrix, -exponents[factor], dtype) as typeof matrix;
  };
  return start({
    rows,
    cols,
    rank,
    mean: mean * 2 ** -p,
    seed,
    dtype,
    given: { W: take("W", { rows, cols: rank }), H: take("H", { rows: rank, cols }) },
    hold: options.hold,
  });
}

/** D(V‖mean V); for a constant V, where that is 0, Σ mean^β. */
async function normaliser(la: Linalg, problem: Problem, mean: number): Promise<number> {
  const { V, beta } = problem;
  const cost = await constantModelCost(la, problem, mean);
  return cost > 0 ? cost : V.rows * V.cols * (mean > 0 ? mean ** beta : 0);
}

async function relativeErrorAt(
  la: Linalg,
  problem: Problem,
  at: Outcome["at"],
  cost: number,
  norm: number,
): Promise<number> {
  let halfSquare = cost;
  if (problem.beta !== 2) {
    const dtype = la.supports("float64") ? "float64" : problem.V.dtype;
    const { sum, infinite } = la.divergence({ ...problem, ...at, beta: 2 }, { dtype });
    using scope = new Scope();
    [halfSquare] = (await la.scalars(scope.own(sum), scope.own(infinite))) as [number, number];
  }
  const error = Math.sqrt(2 * Math.max(0, halfSquare));
  if (error === 0) return 0;
  return norm > 0 ? error / norm : Infinity;
}

function requireFinite(
  la: Linalg,
  scalars: readonly number[],
  ...factors: readonly ArrayLike<number>[]
): void {
  for (const values of [scalars, ...factors]) {
    for (let p = 0; p < values.length; p++) {
      if (Number.isFinite(values[p])) continue;
      throw new NonnegError(
        "NONNEG_BACKEND_FAILED",
        `Backend "${la.backend.name}" gave ${String(values[p])} where only finite numbers can be. ` +
          "Run `nonneg doctor`, or choose another backend; with data of extreme range, dtype float64.",
      );
    }
  }
}
