import type { Availability, BackendOptions, BackendProvider } from "@nonneg/core";
import { NonnegError, refusal, unknownMode } from "@nonneg/core";
import { WasmBackend } from "./backend.js";
import { plain } from "./binary.js";
import { type Extension, Runtime } from "./runtime.js";
import { availableThreads, canShare, decodeBase64 } from "./environment.js";

function describe(threads: number) {
  return { device: "cpu", threads, software: false, versions: { wasm: "simd" } };
}

function threadsOf(options: BackendOptions | undefined): number {
  const threads = options?.threads ?? availableThreads();
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `threads is ${threads}; expected a whole number from 1 to 64.`,
    );
  }
  return canShare() ? threads : 1;
}

/** The kernels and a memory for them: what `@nonneg/backend-wasm/memory` builds other backends on. */
export async function createRuntime(
  options?: BackendOptions,
  extension?: Extension,
): Promise<Runtime> {
  const threads = threadsOf(options);
  return new Runtime(await WebAssembly.compile(decodeBase64(plain)), threads, extension);
}

/**
 * WebAssembly with 128-bit SIMD, in Node and in browsers; several threads in Node and in pages
 * that are cross-origin isolated. Nothing to install.
 */
export const provider: BackendProvider = {
  name: "wasm",
  isAvailable(options): Promise<Availability> {
    const unknown = unknownMode("wasm", options);
    if (unknown) return Promise.resolve(unknown);
    if (typeof WebAssembly === "undefined" || !WebAssembly.validate(decodeBase64(plain))) {
      return Promise.resolve({
        available: false,
        reason: "this JavaScript engine has no WebAssembly with SIMD and atomics",
        fix: "use Node 20 or newer, or a browser of 2023 or newer; the js backend runs anywhere",
      });
    }
    const threads = options?.threads ?? availableThreads();
    return Promise.resolve({
      available: true,
      dtypes: ["float32", "float64"],
      ...describe(canShare() ? threads : 1),
    });
  },
  async create(options) {
    const availability = await provider.isAvailable(options);
    if (!availability.available) throw refusal("wasm", availability);
    const runtime = await createRuntime(options);
    return new WasmBackend(runtime, describe(runtime.threads));
  },
};
