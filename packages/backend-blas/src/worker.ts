/** The whole program of a worker thread: it loads the library that the main thread verified, and serves. */
import { workerData } from "node:worker_threads";
import { serve, type WorkerStart } from "@nonneg/backend-wasm/memory";
import { kernelsBy } from "./kernels.js";
import { attachLibrary } from "./library.js";

const start = workerData as WorkerStart & { readonly data: string };
const cblas = attachLibrary(start.data);
serve(start, (kernels) => kernelsBy(cblas, start.memory, kernels));
