/**
 * The whole program of a worker thread: it gets the module, the memory and its scratch, and serves
 * tasks until it is told to stop.
 */
import { workerThreads } from "./environment.js";
import { instantiate } from "./kernels.js";
import { Tasks } from "./tasks.js";
import type { WorkerStart } from "./threads.js";

function start({ module, memory, scratch }: WorkerStart): void {
  new Tasks(memory).serve(instantiate(module, memory), scratch);
}

if (workerThreads !== undefined) {
  start(workerThreads.workerData as WorkerStart);
} else {
  addEventListener("message", (event) => {
    start((event as MessageEvent<WorkerStart>).data);
    close();
  });
}
