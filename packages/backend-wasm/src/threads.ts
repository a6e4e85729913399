/** Starts and ends the worker threads. They join in when they are ready; nobody waits for them. */

export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
}

/** Ends the worker. */
export type EndWorker = () => void;

/** What the machine offers, at most 16. */
export function availableThreads(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  const offered = os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
  return Math.min(16, Math.max(1, offered));
}

/** Whether a page, or Node, lets several threads share one memory. */
export function canShare(): boolean {
  return (
    globalThis.process?.versions?.node !== undefined || globalThis.crossOriginIsolated === true
  );
}

/**
 * Starts a worker. One that cannot start, or dies, is simply missing: the others compute its share.
 * It never keeps a process alive.
 */
export function startWorker(start: WorkerStart): EndWorker | undefined {
  try {
    const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
    if (node !== undefined) {
      const worker = new node.Worker(new URL("./worker.js", import.meta.url), {
        workerData: start,
        // flags such as --input-type or a loader of the application are not for this file
        execArgv: [],
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
