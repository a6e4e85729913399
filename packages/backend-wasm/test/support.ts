import type { Dtype, HostArray, HostCsr, MatrixInfo, Pattern } from "@nonneg/core";
import { provider } from "@nonneg/backend-wasm";
import { type Handle, WasmBackend } from "@nonneg/backend-wasm/memory";

export type Matrix = MatrixInfo & { readonly handle: Handle };

export async function open(threads = 1): Promise<WasmBackend> {
  const backend = await provider.create({ threads });
  if (backend instanceof WasmBackend) return backend;
  throw new TypeError("the provider made another backend");
}

/** A deterministic stream of numbers in (0, 1). */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 4294967297;
  };
}

function arrayOf(dtype: Dtype, length: number, entry: (i: number) => number): HostArray {
  const array = dtype === "float64" ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) array[i] = entry(i);
  return array;
}

export function info(rows: number, cols: number, dtype: Dtype, pattern?: Pattern): MatrixInfo {
  return pattern === undefined
    ? { rows, cols, dtype, format: "dense" }
    : { rows, cols, dtype, format: "csr", pattern };
}

export function dense(
  backend: WasmBackend,
  rows: number,
  cols: number,
  dtype: Dtype,
  entry: (i: number) => number,
): Matrix & { readonly host: HostArray } {
  const host = arrayOf(dtype, rows * cols, entry);
  const out = info(rows, cols, dtype);
  return { ...out, handle: backend.upload(out, host), host };
}

/** A CSR matrix with about `density` of its entries, and the dense host copy of it. */
export function sparse(
  backend: WasmBackend,
  rows: number,
  cols: number,
  dtype: Dtype,
  density: number,
  next: () => number,
): Matrix & { readonly host: HostArray; readonly csr: HostCsr; readonly pattern: Pattern } {
  const host = arrayOf(dtype, rows * cols, () => (next() < density ? next() + 0.1 : 0));
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const v = host[i * cols + j]!;
      if (v !== 0) {
        indices.push(j);
        values.push(v);
      }
    }
    indptr[i + 1] = indices.length;
  }
  const csr = {
    indptr,
    indices: Int32Array.from(indices),
    values: arrayOf(dtype, values.length, (i) => values[i]!),
  };
  const pattern = { nnz: values.length };
  const out = info(rows, cols, dtype, pattern);
  return { ...out, handle: backend.upload(out, csr), host, csr, pattern };
}

export async function read(
  backend: WasmBackend,
  operand: MatrixInfo,
  handle: Handle,
): Promise<HostArray> {
  const [array] = await backend.download([{ ...operand, handle }]);
  return array!;
}

export const unit = (dtype: Dtype): number => (dtype === "float64" ? 2 ** -53 : 2 ** -24);
