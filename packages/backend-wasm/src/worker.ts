/** The whole program of a worker thread: it gets the module, the memory and its scratch, and serves. */
import { workerThreads } from "./environment.js";
import { serve } from "./serve.js";
import type { WorkerStart } from "./threads.js";

if (workerThreads !== undefined) {
  serve(workerThreads.workerData as WorkerStart);
} else {
  addEventListener("message", (event) => {
    serve((event as MessageEvent<WorkerStart>).data);
    close();
  });
}
