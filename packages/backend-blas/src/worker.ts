/** The whole program of a worker thread: it loads the library that the main thread verified, and serves. */
import { workerData } from "node:worker_threads";
import { serve, type WorkerStart } from "@nonneg/backend-wasm/memory";
import { kernelsBy } from "./kernels.js";
import { type Gate, insideGate } from "./loading-gate.js";

export interface WorkerProgramData {
  /** of the library */
  readonly path: string;
  readonly gate: Gate;
}

const start = workerData as WorkerStart & { readonly data: WorkerProgramData };
const { path, gate } = start.data;
const cblas = await insideGate(gate, async () =>
  (await import("./library.js")).attachLibrary(path),
);
if (cblas !== undefined) serve(start, (kernels) => kernelsBy(cblas, start.memory, kernels));
