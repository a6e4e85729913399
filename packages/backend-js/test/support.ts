import { type Dtype, type HostArray, type HostDense, type HostSparse, Linalg } from "@nonneg/core";
import fc from "fast-check";
import { createJsBackend } from "../src/index.js";

/** A Linalg on a fresh backend for the time of `use`; fails where matrices outlive it. */
export async function withLinalg<T>(use: (la: Linalg) => Promise<T>): Promise<T> {
  const backend = createJsBackend();
  const la = new Linalg(backend);
  const result = await use(la);
  const { live } = backend;
  await la[Symbol.asyncDispose]();
  if (live !== 0) throw new Error(`${live} handles were not released`);
  return result;
}

export const dtypes: readonly Dtype[] = ["float32", "float64"];

export function arrayOf(dtype: Dtype, values: ArrayLike<number>): HostArray {
  return dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values);
}

export function hostDense(
  dtype: Dtype,
  rows: number,
  cols: number,
  entry: (i: number, j: number) => number,
): HostDense {
  const data = arrayOf(dtype, { length: rows * cols });
  for (let p = 0; p < data.length; p++) data[p] = entry(Math.floor(p / cols), p % cols);
  return { rows, cols, data };
}

export function hostTranspose({ rows, cols, data }: HostDense): HostDense {
  const copy = data.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) copy[j * rows + i] = data[i * cols + j]!;
  }
  return { rows: cols, cols: rows, data: copy };
}

/** The entries that are not 0, or that `keep` asks for all the same, as CSR. */
export function hostSparse(
  { rows, cols, data }: HostDense,
  keep: (i: number, j: number) => boolean = () => false,
): HostSparse {
  const indptr = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j]!;
      if (value === 0 && !keep(i, j)) continue;
      indices.push(j);
      values.push(value);
    }
    indptr.push(indices.length);
  }
  const dtype = data instanceof Float64Array ? "float64" : "float32";
  return {
    rows,
    cols,
    indptr: Int32Array.from(indptr),
    indices: Int32Array.from(indices),
    values: arrayOf(dtype, values),
  };
}

/** Row times column, in the order of the textbook. */
export function naiveProduct(a: HostDense, b: HostDense): HostDense {
  return hostDense("float64", a.rows, b.cols, (i, j) => {
    let sum = 0;
    for (let p = 0; p < a.cols; p++) sum += a.data[i * a.cols + p]! * b.data[p * b.cols + j]!;
    return sum;
  });
}

/** Numbers from a seed: a linear congruential generator, enough for test data. */
export function numbers(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Whole numbers −4 … 4, half of them 0: their products and sums are exact in either dtype. */
export function integers(seed: number): () => number {
  const next = numbers(seed);
  return () => (next() < 0.5 ? 0 : Math.floor(next() * 9) - 4);
}

/** Sizes on both sides of the microkernel's tile (4) and of the blocks (128, 256). */
export const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(127, 128, 129, 130) },
);
export const depth = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(255, 256, 257, 514) },
);
export const seed = fc.nat();
export const dtype = fc.constantFrom(...dtypes);

/** Unit roundoff. */
export const roundoff = { float32: 2 ** -24, float64: 2 ** -53 };
