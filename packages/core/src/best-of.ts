import { type Iteration, iterate, type Outcome } from "./iterate.js";
import type { Try } from "./result.js";
import { type Factors, State } from "./rules/index.js";

/** Iterations of each short fit: random starts differ most in where their first iterations lead. */
const SHORT = 20;

export interface BestOf {
  readonly outcome: Outcome;
  /** owned by the caller */
  readonly state: State;
  readonly seed: number;
  readonly tried: readonly Try[];
}

/**
 * Short fits from `settings.starts` seeds, and the one with the least objective taken on to its
 * end, just as if it had been the only one.
 */
export async function bestOf(
  run: Omit<Iteration, "start" | "state" | "iteration" | "previous">,
  start: (seed: number) => Promise<Factors>,
): Promise<BestOf> {
  const { settings } = run;
  const short = { ...settings, maxIterations: Math.min(SHORT, settings.maxIterations) };
  const tried: Try[] = [];
  let best: { outcome: Outcome; state: State; tried: Try } | undefined;
  const over = () =>
    run.signal?.aborted === true || performance.now() - run.begun >= 1000 * settings.timeBudget;
  for (let s = 0; s < settings.starts && !(best && over()); s++) {
    const seed = settings.seed + s;
    const state = new State();
    const outcome = await iterate({
      ...run,
      settings: short,
      start: await start(seed),
      state,
      iteration: 0,
      previous: null,
      onIteration: undefined,
    });
    const reached = { seed, objective: outcome.history.at(-1)?.objective ?? Infinity };
    tried.push(reached);
    const worse = best && !(reached.objective < best.tried.objective);
    const loser = worse ? { outcome, state } : best;
    if (!worse) best = { outcome, state, tried: reached };
    loser?.outcome.at.W[Symbol.dispose]();
    loser?.outcome.at.H[Symbol.dispose]();
    loser?.state[Symbol.dispose]();
  }
  const { outcome: begun, state, tried: chosen } = best!;
  const rest = await iterate({
    ...run,
    start: begun.at,
    state,
    iteration: begun.iteration,
    previous: begun.previous,
  });
  // The rest begins with the check that the short fit ended with.
  const before = begun.history.filter(({ iteration }) => iteration < begun.iteration);
  const history = [...before, ...rest.history];
  return { outcome: { ...rest, history }, state, seed: chosen.seed, tried };
}
