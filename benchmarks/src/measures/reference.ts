import type { Job, Result } from "../job.js";
import { openSubject } from "./fit.js";

/** The objective every `warm` iterations, from the reference backend in float64, whichever factor moves first. */
export async function measure(job: Job): Promise<Result> {
  const [warm, timed] = job.iterations;
  const { fit } = await openSubject({ ...job, backend: "js", dtype: "float64" });
  const parts: Record<string, number> = {};
  for (const first of ["W", "H"] as const) {
    const { history } = await fit({ maxIterations: timed, checkEvery: warm, first });
    for (const { iteration, objective } of history) parts[`${first} ${iteration}`] = objective;
  }
  return { value: null, parts };
}
