/** The backend on so many threads, with the library that the environment names. */
import type { Dtype, HostArray, MatrixInfo } from "@nonneg/core";
import { provider } from "@nonneg/backend-blas";
import type { WasmBackend } from "@nonneg/backend-wasm/memory";
import { fromEnvironment } from "./when-available.js";

export const dense = (rows: number, cols: number, dtype: Dtype): MatrixInfo => ({
  ...{ rows, cols, dtype, format: "dense" },
});

export function upload(backend: WasmBackend, info: MatrixInfo, next: () => number) {
  const { rows, cols, dtype } = info;
  const data = new (dtype === "float64" ? Float64Array : Float32Array)(rows * cols).map(next);
  return { ...info, handle: backend.upload(info, data) };
}

export const open = async (threads: number) =>
  (await provider.create({ threads, ...fromEnvironment })) as WasmBackend;

/** Vitest compares long arrays slowly. */
export const sameBits = (a: HostArray, b: HostArray) =>
  Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;
