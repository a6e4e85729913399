/** What of Node is here: nothing in a browser. Asked for at run time, so that bundlers see no import. */
const host = globalThis as {
  readonly process?: {
    readonly getBuiltinModule?: typeof process.getBuiltinModule;
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
};

export const workerThreads = host.process?.getBuiltinModule?.("node:worker_threads");

/** Threads that the machine offers, at most 16. */
export function availableThreads(): number {
  const os = host.process?.getBuiltinModule?.("node:os");
  const offered = os?.availableParallelism() ?? host.navigator?.hardwareConcurrency ?? 1;
  return Math.min(16, Math.max(1, offered));
}

/** Whether several threads may share one memory: in Node, and in pages that are cross-origin isolated. */
export function canShare(): boolean {
  return workerThreads !== undefined || host.crossOriginIsolated === true;
}

/** Whether the calling thread may sleep: all but a browser's main thread, which has to spin. */
export const maySleep = !("document" in globalThis);
