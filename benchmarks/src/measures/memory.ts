import { readFileSync, writeFileSync } from "node:fs";
import type { HostMatrix } from "@nonneg/core";
import { Failure, type Job, type Result } from "../job.js";
import { openSubject } from "./fit.js";

const MB = 2 ** 20;

/**
 * Megabytes that a fit adds to the process, from just before the upload to the most it ever held,
 * beside a bound: V (CSR: 2.5 V, for its columns' index) + 4 (W + H) + 64 MB.
 */
export async function measure(job: Job): Promise<Result> {
  const { inputs, open, fit } = await openSubject(job);
  // Run with --expose-gc: what reading the files left behind is no part of the fit.
  globalThis.gc?.();
  resetPeak();
  const before = resident("VmRSS");
  const { cost } = await fit({ maxIterations: job.iterations[1] });
  const value = (resident("VmHWM") - before) / MB;
  const { V, W, H } = inputs;
  const factors = W.data.byteLength + H.data.byteLength;
  const bound = (("indptr" in V ? 2.5 : 1) * bytesOf(V) + 4 * factors) / MB + 64;
  return {
    value,
    bound,
    objective: cost,
    iterations: job.iterations[1],
    parts: { "V, MB": bytesOf(V) / MB, "W and H, MB": factors / MB, "before, MB": before / MB },
    versions: { ...open.la.backend.description.versions },
  };
}

const bytesOf = (V: HostMatrix): number =>
  "indptr" in V
    ? V.values.byteLength + V.indices.byteLength + V.indptr.byteLength
    : V.data.byteLength;

/** Linux starts counting the peak anew (see proc(5), clear_refs). */
function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch (error) {
    throw new Failure(
      "unavailable",
      `the peak of a process's memory is read on Linux only (/proc/self/clear_refs: ${(error as Error).message})`,
    );
  }
}

function resident(name: "VmRSS" | "VmHWM"): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
}
