import type { Kernels } from "@nonneg/backend-wasm/memory";
import type { Cblas, Pointer } from "./cblas.js";
import { termKernels } from "./dense-terms.js";
import { addressOf } from "./native.js";
import { productKernel } from "./product.js";

/** Where an address of the WebAssembly memory lies in the process. */
export type Place = (address: number) => Pointer;

/**
 * Chunks of dense work, each a call or a few of a BLAS on the thread that does the chunk. They stand
 * in for backend-wasm's kernels of the same names and are shared among threads like those.
 */
export function kernelsBy(
  cblas: Cblas,
  memory: WebAssembly.Memory,
  kernels: Kernels,
): Partial<Kernels> {
  let { buffer } = memory;
  let start = addressOf(buffer);
  const place: Place = (address) => {
    // Another buffer once the memory has grown.
    if (buffer !== memory.buffer) {
      ({ buffer } = memory);
      start = addressOf(buffer);
    }
    return start + address;
  };
  return { gemm: productKernel(cblas, place), ...termKernels(cblas, place, kernels) };
}
