import type { Factorization } from "@nonneg/core";
import { type Job, type Result } from "../job.js";
import { certify, demandObjective, openSubject, WARM_SECONDS } from "./fit.js";

/** Past this many seconds a short fit is not run again only to warm up. */
const SLOW = 5;

/**
 * Milliseconds an iteration: a fit that is verified, more that warm up, then a short and a long one, whose
 * difference leaves out whatever is done once. A side too slow for the iterations asked for does fewer.
 */
export async function measure(job: Job): Promise<Result> {
  const { inputs, open, fit } = await openSubject(job);
  const [few, timed] = job.iterations;
  const run = (iterations: number) => fit({ maxIterations: iterations });
  const verify = async (fitted: Factorization) => {
    const cost = job.verify ? await certify(inputs.V, fitted) : fitted.cost;
    demandObjective(
      cost,
      job.reference?.[`W ${fitted.iterations}`],
      `after ${fitted.iterations} iterations`,
    );
  };

  const warm = await run(few);
  await verify(warm);
  for (let { seconds } = warm; seconds < WARM_SECONDS;) seconds += (await run(few)).seconds;
  const short = warm.seconds > SLOW ? warm : await run(few);
  const affordable = Math.floor((job.seconds * few) / elapsed(short) / few) * few;
  const long = await run(Math.max(2 * few, Math.min(timed, affordable)));
  await verify(long);
  const difference = (elapsed(long) - elapsed(short)) / (long.iterations - short.iterations);
  // On a busy machine a short fit may take longer than a long one: all of the long one then.
  const value = 1000 * (difference > 0 ? difference : elapsed(long) / long.iterations);
  return {
    value,
    objective: long.cost,
    iterations: long.iterations,
    versions: { ...open.la.backend.description.versions },
  };
}

/** Seconds from the first check, after the upload, to the last. */
function elapsed({ history }: Factorization): number {
  return (history.at(-1)?.seconds ?? NaN) - (history[0]?.seconds ?? NaN);
}
