/** The machine's own roof, as the best backend here reaches it: arithmetic and memory. */
import type { HostArray, Linalg, Matrix } from "@nonneg/core";
import { openBackend } from "nonneg";
import { Failure, type Job, type Result } from "../job.js";

const SIZE = { float32: 2048, float64: 1536 };
/** Footprints in MB at which reading is timed: within a core's cache, the shared one, and memory. */
export const FOOTPRINTS = [1, 16, 256] as const;

/** GFLOP/s of a square product and GB/s of a sum over each footprint, the best of a few. */
export async function measure(job: Job): Promise<Result> {
  const { la } = await openBackend("blas,wasm,js", { threads: job.threads });
  const n = SIZE[job.dtype];
  const parts: Record<string, number> = {};
  const a = la.upload(filled(n, n, job));
  const product = await best(la, () => la.matmul(a, a), 5);
  parts["gemm"] = (2 * n ** 3) / product / 1e9;
  a[Symbol.dispose]();
  for (const megabytes of FOOTPRINTS) {
    const bytes = megabytes * 2 ** 20;
    const v = la.upload(filled(1024, bytes / 1024 / BYTES[job.dtype], job));
    const seconds = await best(la, () => la.sum(v), Math.min(200, 1024 / megabytes));
    parts[`read ${megabytes}`] = bytes / seconds / 1e9;
    v[Symbol.dispose]();
  }
  if (!Object.values(parts).every((x) => x > 0)) throw new Failure("wrong", "a probe took no time");
  return {
    value: null,
    parts,
    versions: { backend: la.backendName, ...la.backend.description.versions },
  };
}

const BYTES = { float32: 4, float64: 8 };

function filled(rows: number, cols: number, { dtype }: Job) {
  const data: HostArray =
    dtype === "float64" ? new Float64Array(rows * cols) : new Float32Array(rows * cols);
  return { rows, cols, data: data.fill(0.5) };
}

/** Least seconds of a call, waited for. */
async function best(la: Linalg, call: () => Matrix, repeats: number): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < repeats + 2; i++) {
    const begun = performance.now();
    const made = call();
    await la.backend.sync();
    // The first two also pay for threads and fresh memory.
    if (i >= 2) least = Math.min(least, (performance.now() - begun) / 1000);
    made[Symbol.dispose]();
  }
  return least;
}
