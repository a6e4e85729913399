import type { Job, Result } from "../job.js";
import { certify, demandObjective, openSubject, WARM_SECONDS } from "./fit.js";

/** Points kept of a trace. */
const POINTS = 200;

/** The objective over the time of a fit, which stops at the target, where there is one, or when its time is over. */
export async function measure(job: Job): Promise<Result> {
  const { inputs, open, fit } = await openSubject(job);
  const { target = -Infinity } = job;
  const endless = { maxIterations: 1e6, checkEvery: job.iterations[0] };
  await fit({ ...endless, timeBudget: WARM_SECONDS });
  const reached = new AbortController();
  const fitted = await fit({
    ...endless,
    timeBudget: job.seconds,
    signal: reached.signal,
    onIteration: ({ objective }) => objective <= target && reached.abort(),
  });
  demandObjective(fitted.cost, await certify(inputs.V, fitted), "as it reports it");
  const { history } = fitted;
  const start = history[0]?.seconds ?? 0;
  // Closer together at the beginning, where most happens.
  const kept = new Set(
    Array.from(
      { length: POINTS },
      (_, p) => Math.round((history.length - 1) ** (p / (POINTS - 1))) - 1,
    ),
  ).add(history.length - 1);
  return {
    value: null,
    objective: fitted.cost,
    iterations: fitted.iterations,
    trace: history
      .filter((_, i) => kept.has(i))
      .map(({ seconds, objective }) => [seconds - start, objective]),
    versions: { ...open.la.backend.description.versions },
  };
}
