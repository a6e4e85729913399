import { type BestOf, bestOf } from "./best-of.js";
import { contributionsOf, normalized, reordered, sparsenessOf } from "./components.js";
import type { Factor, HostArray } from "./backend.js";
import { bestIterate } from "./best-iterate.js";
import { requireFinite } from "./finite.js";
import type { HostDense, HostMatrix } from "./host-matrix.js";
import { iterate, type Outcome } from "./iterate.js";
import { Linalg } from "./linalg.js";
import { lossName } from "./losses.js";
import { constantModelCost, Objective } from "./objective.js";
import type { FactorizeOptions, Settings } from "./options.js";
import { prepare, type Prepared } from "./prepare.js";
import { explained, halfSquareAt, relativeErrorOf } from "./relative-error.js";
import type { Factorization } from "./result.js";
import { type Factors, type Problem, State } from "./rules/index.js";
import { scaledFactor } from "./scaling.js";
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
  { backend }: Linalg,
  V: HostMatrix,
  options: FactorizeOptions,
): Promise<Factorization> {
  // No matrix leaves a fit: one of its own lets go of whatever an error leaves behind.
  const la = new Linalg(backend);
  try {
    return await fit(la, V, options);
  } catch (error) {
    la.releaseAll();
    throw error;
  }
}

async function fit(la: Linalg, V: HostMatrix, options: FactorizeOptions): Promise<Factorization> {
  using prepared = prepare(la, V, options);
  const { problem, rule, settings, measures, toUnits } = prepared;
  const objective = new Objective(la, problem, measures);
  const constant = await constantModelCost(la, problem, measures);
  const run = {
    la,
    problem,
    rule,
    settings,
    hold: options.hold,
    mean: measures.mean,
    objective,
    toUnits,
    normaliser: normaliser(problem, measures.mean, constant),
    begun: performance.now(),
    signal: options.signal,
    onIteration: options.onIteration,
  };
  if (settings.starts > 1) {
    const { outcome, state, seed, tried } = await bestOf(run, prepared.start);
    using kept = state;
    const chosen = { ...prepared, seed, tried };
    return await finish(la, chosen, options, objective, outcome, kept);
  }
  using state = State.restore(la, options.resume?.state);
  const start = await prepared.start(settings.seed);
  // Drawing and uploading do not count, making a start from the data does.
  const drawn = settings.init === "random" || settings.init === "given";
  const outcome = await iterate({
    ...run,
    begun: drawn ? performance.now() : run.begun,
    start,
    state,
    iteration: options.resume?.iteration ?? 0,
    previous: options.resume?.previous ?? null,
  });
  const alone = { ...prepared, seed: settings.seed, tried: [] };
  return await finish(la, alone, options, objective, outcome, state);
}

/** The certificate, computed afresh at the point reached, and the factors in the units of V. */
async function finish(
  la: Linalg,
  prepared: Prepared & Pick<BestOf, "seed" | "tried">,
  options: FactorizeOptions,
  objective: Objective,
  outcome: Outcome,
  state: State,
): Promise<Factorization> {
  const { problem, settings, measures, toUnits, exponents, warnings } = prepared;
  using lastW = outcome.at.W;
  using lastH = outcome.at.H;
  const last = { W: lastW, H: lastH };
  const at = bestIterate(state) ?? last;
  const cost = await objective.certify(at);
  const kkt =
    cost.value === Infinity
      ? Infinity
      : await residualAt(la, problem, at, outcome.moved, measures.mean);
  const halfSquare = await halfSquareAt(la, problem, at, cost.value);
  const relativeError = relativeErrorOf(halfSquare, measures.norm);
  const variance = 0.5 * measures.spread ** 2;
  const seconds = outcome.seconds();
  const inside = await downloaded(la, at);
  const inUnits = ({ W, H }: typeof inside) => ({
    W: scaledFactor(W.rows, W.cols, W.data, exponents.W),
    H: scaledFactor(H.rows, H.cols, H.data, exponents.H),
  });
  const factors = inUnits(inside);
  // A checkpoint goes on from where the fit is, the result is the best it came by.
  const reached = at === last ? factors : inUnits(await downloaded(la, last));
  // Infinity is the cost of a model that cannot give V, and the error relative to a V of zeros.
  requireFinite(
    la,
    problem,
    [cost.value === Infinity ? 0 : cost.value, measures.norm > 0 ? relativeError : 0],
    factors.W.data,
    factors.H.data,
  );
  const saved = await state.save(la);
  // Shares and sparseness do not depend on the units, in which sums might overflow.
  const shares = contributionsOf(inside);
  const order = shares.map((_, a) => a);
  if (settings.order === "contribution") order.sort((a, b) => shares[b]! - shares[a]!);
  return {
    ...arranged(factors, settings, order),
    order: settings.order,
    normalize: settings.normalize,
    explainedVariance: explained(halfSquare, variance),
    contributions: order.map((a) => shares[a]!),
    sparseness: { W: sparsenessOf(inside.W, "W"), H: sparsenessOf(inside.H, "H") },
    rank: settings.rank,
    beta: problem.beta,
    loss: lossName(problem.beta),
    algorithm: settings.algorithm,
    held: options.hold ?? null,
    init: settings.init,
    seed: prepared.seed,
    starts: prepared.tried,
    dtype: problem.V.dtype,
    backend: { name: la.backend.name, ...la.backend.description },
    iterations: outcome.iteration,
    stoppedBy: outcome.stoppedBy,
    converged: outcome.stoppedBy === "tol" || outcome.stoppedBy === "kktTol",
    cost: toUnits(cost.value),
    objective: toUnits(cost.value + cost.penalty),
    relativeError,
    kkt,
    history: outcome.history,
    seconds,
    warnings: overflow(cost.value, toUnits) ? [...warnings, TOO_LARGE] : warnings,
    checkpoint: {
      schema: 1,
      ...reached,
      iteration: outcome.iteration,
      previous: outcome.previous,
      ...(Object.keys({ ...saved.matrices, ...saved.scalars }).length > 0 ? { state: saved } : {}),
    },
  };
}

async function downloaded(la: Linalg, { W, H }: Factors): Promise<Record<Factor, HostDense>> {
  const [w, h] = (await la.download(W, H)) as [HostArray, HostArray];
  return {
    W: { rows: W.rows, cols: W.cols, data: w },
    H: { rows: H.rows, cols: H.cols, data: h },
  };
}

/** The factors as the result hands them over. */
function arranged(
  factors: Pick<Factorization, "W" | "H">,
  settings: Settings,
  order: readonly number[],
): Pick<Factorization, "W" | "H"> {
  const inOrder = settings.order === "none" ? factors : reordered(factors, order);
  return settings.normalize === "none" ? inOrder : normalized(inOrder, settings.normalize);
}

const TOO_LARGE =
  "The cost of data this large, or this small, is beyond the range of a number and reported as Infinity or 0: W, H and relativeError are right.";

/** Whether a cost that is a number in the units of the scaled V is none in those of V. */
function overflow(cost: number, toUnits: (cost: number) => number): boolean {
  return cost > 0 && cost < Infinity && (toUnits(cost) === Infinity || toUnits(cost) === 0);
}

/** D(V‖mean V), the cost of the constant model; for a constant V, where that is 0, Σ mean^β. */
function normaliser({ V, beta }: Problem, mean: number, constant: number): number {
  return constant > 0 ? constant : V.rows * V.cols * (mean > 0 ? mean ** beta : 0);
}
