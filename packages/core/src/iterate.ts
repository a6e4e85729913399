import type { Factor } from "./backend.js";
import { keepBest } from "./best-iterate.js";
import { NonnegError } from "./errors.js";
import { gradientTerms } from "./gradient.js";
import type { Linalg } from "./linalg.js";
import { type Matrix, Scope, type Terms } from "./matrix.js";
import type { Cross, Objective } from "./objective.js";
import type { Settings } from "./options.js";
import { pauses } from "./pause.js";
import type { Check, Checkpoint, Progress, StoppedBy } from "./result.js";
import type { Factors, Problem, Rule, State } from "./rules/index.js";
import { residualAt, residualOf, stationarity } from "./stationarity.js";
import { stalled } from "./stopping.js";

export interface Iteration {
  readonly la: Linalg;
  readonly problem: Problem;
  readonly rule: Rule;
  readonly settings: Settings;
  readonly hold: Factor | undefined;
  /** mean of the scaled V */
  readonly mean: number;
  readonly objective: Objective;
  /** turns a cost in the units of the scaled V into those of V */
  readonly toUnits: (cost: number) => number;
  readonly normaliser: number;
  /** owned by the loop from here on */
  readonly start: Factors;
  /** what the rule remembers; owned by the caller */
  readonly state: State;
  readonly iteration: number;
  readonly previous: Checkpoint["previous"];
  /** when the fit began, by performance.now() */
  readonly begun: number;
  readonly signal: AbortSignal | undefined;
  readonly onIteration: ((progress: Progress) => void) | undefined;
}

export interface Outcome {
  /** owned by the caller */
  readonly at: Factors;
  /** the factors that move, in order */
  readonly moved: readonly Factor[];
  readonly iteration: number;
  readonly stoppedBy: StoppedBy;
  readonly history: readonly Check[];
  readonly previous: Checkpoint["previous"];
  readonly seconds: () => number;
}

/** The one loop for every rule: step, check, stop. */
export async function iterate(run: Iteration): Promise<Outcome> {
  const { la, problem, rule, settings, objective, normaliser, toUnits, state } = run;
  const { checkEvery, maxIterations, tol, kktTol } = settings;
  const { monotone } = rule.guarantees;
  const order: Factor[] = settings.first === "H" ? ["H", "W"] : ["W", "H"];
  const moved = order.filter((factor) => factor !== run.hold);
  const accuracy = 0.25 * checkEvery * (tol || 1e-5) * normaliser;

  const seconds = () => (performance.now() - run.begun) / 1000;
  const pause = pauses();
  const history: Check[] = [];
  let at = run.start;
  let iteration = run.iteration;
  let previous = run.previous;
  let before = previous;
  let evidence: Evidence | undefined;

  const due = (t: number) => t % checkEvery === 0 || t === maxIterations;
  const check = async (): Promise<StoppedBy | undefined> => {
    const exact = evidence === undefined;
    using gathered = evidence ?? new Evidence(la);
    evidence = undefined;
    if (exact) {
      for (const factor of moved) {
        gathered.add(problem, gradientTerms(la, problem, at, factor), at, factor, run.mean);
      }
    }
    const cost = await objective.evaluate(at, accuracy, gathered.cross);
    const kkt = await gathered.residual();
    const infinite = cost.value === Infinity;
    const now = { iteration, objective: cost.value + cost.penalty, error: cost.error };
    if (!monotone && Number.isNaN(now.objective)) throw diverged(rule, iteration);
    const best = monotone ? now.objective : keepBest(la, state, at, now.objective);
    history.push({
      iteration,
      objective: toUnits(now.objective),
      kkt: infinite ? Infinity : kkt,
      seconds: seconds(),
    });
    before = previous;
    previous = now;
    if (kktTol > 0 && !infinite && kkt <= kktTol) {
      // The step's own residual belongs to the point it left: certify the point reached.
      if (exact || (await residualAt(la, problem, at, moved, run.mean)) <= kktTol) return "kktTol";
    }
    return before ? stalled(settings, normaliser, before, now, best) : undefined;
  };
  const report = () => {
    const last = history.at(-1);
    run.onIteration?.({
      iteration,
      maxIterations,
      objective: last?.objective ?? NaN,
      kkt: last?.kkt ?? NaN,
      seconds: seconds(),
    });
  };

  try {
    for (;;) {
      let stoppedBy: StoppedBy | undefined;
      const checked = due(iteration);
      if (checked) stoppedBy = await check();
      await pause();
      report();
      stoppedBy ??=
        iteration >= maxIterations
          ? "maxIterations"
          : run.signal?.aborted
            ? "aborted"
            : seconds() >= settings.timeBudget
              ? "timeBudget"
              : undefined;
      if (stoppedBy) {
        // Kept as before the check made here, so that a restart makes the same check again.
        const kept = checked ? before : previous;
        return {
          at,
          moved,
          iteration,
          stoppedBy,
          history,
          previous: kept && { iteration: kept.iteration, objective: kept.objective },
          seconds,
        };
      }
      evidence = due(iteration + 1) ? new Evidence(la) : undefined;
      for (const factor of moved) {
        const half = await rule.step(la, problem, at, factor, state);
        if (half.elsewhere) {
          evidence?.[Symbol.dispose]();
          evidence = undefined;
        }
        if (evidence) evidence.add(problem, half, at, factor, run.mean);
        else half[Symbol.dispose]();
        const next = thaw(la, problem, at, factor, half.next);
        at[factor][Symbol.dispose]();
        at = { ...at, [factor]: next };
      }
      iteration++;
    }
  } catch (error) {
    at.W[Symbol.dispose]();
    at.H[Symbol.dispose]();
    throw error;
  } finally {
    evidence?.[Symbol.dispose]();
  }
}

/** What the half-steps before a check leave for it: their residuals, and the last cross product. */
class Evidence implements Disposable {
  readonly #la: Linalg;
  readonly #scope = new Scope();
  readonly #residuals: Matrix[] = [];
  cross: Cross | undefined;

  constructor(la: Linalg) {
    this.#la = la;
  }

  /** Takes over the terms of a half-step on `factor` from the point `at`. */
  add(problem: Problem, terms: Terms, at: Factors, factor: Factor, mean: number): void {
    this.#scope.own(terms);
    const frozen = problem.frozen?.[factor];
    const sums = stationarity(this.#la, terms, at, factor, mean, frozen);
    this.#residuals.push(...sums.map(this.#scope.own));
    this.cross = { factor, matrix: terms.numerator };
  }

  async residual(): Promise<number> {
    return residualOf(await this.#la.scalars(...this.#residuals));
  }

  [Symbol.dispose](): void {
    this.#scope[Symbol.dispose]();
  }
}

function diverged({ algorithm }: Rule, iteration: number): NonnegError {
  return new NonnegError(
    "NONNEG_OPTION",
    `Algorithm "${algorithm}" diverged: by iteration ${iteration} the objective is no number. ` +
      'Give a smaller eta, or use algorithm "additive-line-search".',
  );
}

/** The moved factor with its frozen components put back; takes over `next`. */
function thaw(la: Linalg, problem: Problem, at: Factors, factor: Factor, next: Matrix): Matrix {
  const frozen = problem.frozen?.[factor];
  if (!frozen) return next;
  using moved = next;
  return la.elementwise("select", [frozen, at[factor], moved]);
}
