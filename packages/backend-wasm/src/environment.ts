/** What of Node is here: nothing in a browser. Asked for at run time, so that bundlers see no import. */
const host = globalThis as {
  readonly process?: {
    readonly getBuiltinModule?: typeof process.getBuiltinModule;
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Buffer?: typeof Buffer;
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

/** Node decodes base64 in native code; a loop started cold takes longer than compiling the kernels. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (host.Buffer !== undefined) return host.Buffer.from(text, "base64");
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
