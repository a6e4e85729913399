/** Starts and ends the worker threads. They join in when they are ready; nobody waits for them. */
import { workerThreads } from "./environment.js";

export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
}

/** Ends the worker. */
export type EndWorker = () => void;

/**
 * Starts a worker, in Node with a program of its own where one is given, which gets `data` besides. One that cannot start, or dies, is simply missing: the others compute its share.
 * It never keeps a process alive.
 */
export function startWorker(
  start: WorkerStart,
  program?: { readonly url: URL; readonly data: unknown },
): EndWorker | undefined {
  try {
    if (workerThreads !== undefined) {
      const url = program?.url ?? new URL("./worker.js", import.meta.url);
      const worker = new workerThreads.Worker(url, {
        workerData: { ...start, data: program?.data },
        // flags such as --input-type or a loader of the application are not for this file
        execArgv: [],
        // kernels leave next to no garbage: a small heap collects it as well as a large one
        resourceLimits: { maxYoungGenerationSizeMb: 2 },
      });
      worker.on("error", () => undefined);
      worker.unref();
      return () => void worker.terminate();
    }
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("error", (event) => event.preventDefault());
    worker.postMessage(start);
    return () => worker.terminate();
  } catch {
    return undefined;
  }
}
