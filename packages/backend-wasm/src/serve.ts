import { instantiate, type Kernels } from "./kernels.js";
import { Tasks } from "./tasks.js";
import type { WorkerStart } from "./threads.js";

/**
 * The life of a worker thread: it serves tasks until it is told to stop.
 * @param replace kernels that stand in for those of the same name
 */
export function serve(
  { module, memory, scratch }: WorkerStart,
  replace?: (kernels: Kernels) => Partial<Kernels>,
): void {
  const kernels = instantiate(module, memory);
  new Tasks(memory).serve({ ...kernels, ...replace?.(kernels) }, scratch);
}
