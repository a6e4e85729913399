import { provider as wasm } from "@nonneg/backend-wasm";
import type { WasmBackend } from "@nonneg/backend-wasm/memory";

export const openWasm = async (): Promise<WasmBackend> =>
  (await wasm.create({ threads: 1 })) as WasmBackend;

/** A deterministic stream of numbers in (0, 1). */
export function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 4294967297;
  };
}
