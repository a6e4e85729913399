/** Small matrices in memory, and what a fit starts from. */
import { Matrix as Small } from "ml-matrix";
import { expect } from "vitest";
import {
  factorize,
  type FactorizeOptions,
  type HostDense,
  type HostMatrix,
  Linalg,
  type StartName,
  uniform,
} from "../src/index.js";
import { ThreeVerbs } from "./three-verbs.js";

/** The starts that are made from V. */
export const made: readonly StartName[] = ["nndsvd", "nndsvda", "nndsvdar", "separable", "kmeans"];

export const random = (rows: number, cols: number, seed = 1): HostDense => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, (_, p) => uniform(seed, 9, p, 0)),
});
export const product = (W: HostDense, H: HostDense): HostDense => {
  const P = toSmall(W).mmul(toSmall(H));
  return { rows: W.rows, cols: H.cols, data: Float64Array.from(P.to1DArray()) };
};
export const toSmall = ({ rows, cols, data }: HostDense): Small =>
  Small.from1DArray(rows, cols, Array.from(data));
export const transposed = ({ rows, cols, data }: HostDense): HostDense => ({
  rows: cols,
  cols: rows,
  data: data.map((_, p) => data[(p % rows) * cols + Math.floor(p / rows)]!),
});
export const times = (A: HostDense, c: number): HostDense => ({
  ...A,
  data: A.data.map((x) => x * c),
});

/** The factors that a fit starts from, in the units of V. */
export async function startOf(V: HostMatrix, options: FactorizeOptions) {
  const backend = new ThreeVerbs();
  const result = await factorize(new Linalg(backend), V, { maxIterations: 0, ...options });
  expect(backend.live).toBe(0);
  return result;
}
export const zeros = ({ data }: HostDense): number => data.filter((x) => x === 0).length;
export const largest = (...all: readonly HostDense[]): number =>
  Math.max(...all.map(({ data }) => Math.max(...data)));
export function expectClose(actual: HostDense, expected: HostDense, tolerance: number): void {
  const size = largest(expected);
  actual.data.forEach((x, p) => {
    expect(Math.abs(x - expected.data[p]!)).toBeLessThanOrEqual(tolerance * size);
  });
}
