/**
 * What another backend builds on (`@nonneg/backend-wasm/memory`): the memory, the kernels, and a
 * backend class whose dense products can be computed by something else on the same memory.
 */
export { capabilities, WasmBackend } from "./backend.js";
export type { DenseTerms } from "./dense-terms.js";
export type { Handle, Scratch, WasmOperand } from "./handle.js";
export type { Kernels } from "./kernels.js";
export type { Product } from "./matmul.js";
export { createRuntime } from "./provider.js";
export type { Extension, Runtime } from "./runtime.js";
export { serve } from "./serve.js";
export type { WorkerStart } from "./threads.js";
