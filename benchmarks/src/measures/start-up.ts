import type { Job, Result } from "../job.js";

/** Milliseconds from nothing to an open backend: loading the library, then opening it. */
export async function measure(job: Job): Promise<Result> {
  const begun = performance.now();
  const { openBackend } = await import("nonneg");
  const loaded = performance.now();
  const { la } = await openBackend(job.backend, { threads: job.threads });
  const opened = performance.now();
  return {
    value: opened - begun,
    ...(job.backend === "wasm" && { bound: 50 }),
    parts: { "library, ms": loaded - begun, "backend, ms": opened - loaded },
    versions: { ...la.backend.description.versions },
  };
}
