import type { Kernels } from "@nonneg/backend-wasm/memory";
import type { HostArray } from "@nonneg/core";
import type { Cblas } from "./cblas.js";
import { termKernels } from "./dense-terms.js";
import { productKernel } from "./product.js";

/** Entries from an address on, f64 where `wide` (1), else f32. */
export type View = (wide: number, address: number) => HostArray;

/**
 * Chunks of dense work, each a call or a few of a BLAS on the thread that does the chunk. They stand
 * in for backend-wasm's kernels of the same names and are shared among threads like those.
 */
export function kernelsBy(
  cblas: Cblas,
  memory: WebAssembly.Memory,
  kernels: Kernels,
): Partial<Kernels> {
  const view: View = (wide, address) =>
    new (wide === 1 ? Float64Array : Float32Array)(memory.buffer, address);
  return { gemm: productKernel(cblas, view), ...termKernels(cblas, view, kernels) };
}
