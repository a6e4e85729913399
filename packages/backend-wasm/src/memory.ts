/**
 * What another backend builds on (`@nonneg/backend-wasm/memory`): the memory, the kernels, and a
 * backend class whose dense products can be computed by something else on the same memory.
 */
export { capabilities, WasmBackend } from "./backend.js";
export type { Handle, Scratch, WasmOperand } from "./handle.js";
export type { Product } from "./matmul.js";
export { createRuntime } from "./provider.js";
export type { Gemm, Runtime } from "./runtime.js";
