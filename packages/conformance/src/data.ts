/** Host matrices to test on, each made from a short recipe, so that a counterexample can be read. */
import type { Dtype, HostArray, HostDense, HostMatrix, HostSparse } from "@nonneg/core";
import type { Precision } from "./precision.js";
import { type Random, randomFrom } from "./random.js";

/**
 * - `positive`: in (0, 1);
 * - `zeros`: the same, a third of it zero;
 * - `signed`: in (−1, 1), with zeros of both signs;
 * - `scales`: positive, over six orders of magnitude;
 * - `zero`: nothing else.
 */
export type Kind = "positive" | "zeros" | "signed" | "scales" | "zero";

export const kinds: readonly Kind[] = ["positive", "zeros", "signed", "scales", "zero"];

const entry: Record<Kind, (random: Random) => number> = {
  positive: (random) => random(),
  zeros: (random) => (random() < 1 / 3 ? 0 : random()),
  signed: (random) => (random() < 1 / 8 ? (random() < 0.5 ? 0 : -0) : 2 * random() - 1),
  scales: (random) => 10 ** (6 * random() - 3),
  zero: () => 0,
};

export function allocate(length: number, dtype: Dtype): HostArray {
  return dtype === "float64" ? new Float64Array(length) : new Float32Array(length);
}

export function dense(
  rows: number,
  cols: number,
  dtype: Dtype,
  kind: Kind,
  seed: number,
): HostDense {
  const random = randomFrom(seed);
  const data = allocate(rows * cols, dtype);
  for (let i = 0; i < data.length; i++) data[i] = entry[kind](random);
  return { rows, cols, data };
}

/** A CSR matrix where each entry is stored with probability `density`; 0 stores nothing. */
export function sparse(
  rows: number,
  cols: number,
  dtype: Dtype,
  kind: Kind,
  seed: number,
  density = 0.3,
): HostSparse {
  const random = randomFrom(seed);
  const indptr = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < rows; i++) {
    // A fifth of the rows are empty.
    const empty = random() < 0.2;
    for (let j = 0; j < cols; j++) {
      if (random() >= density || empty) continue;
      indices.push(j);
      values.push(entry[kind](random));
    }
    indptr.push(indices.length);
  }
  return {
    rows,
    cols,
    indptr: Int32Array.from(indptr),
    indices: Int32Array.from(indices),
    values: allocate(values.length, dtype).map((_, p) => values[p]!),
  };
}

/** A host matrix of given entries, row-major. */
export function of(rows: number, cols: number, dtype: Dtype, entries: Iterable<number>): HostDense {
  const data = allocate(rows * cols, dtype);
  let i = 0;
  for (const value of entries) data[i++] = value;
  return { rows, cols, data };
}

export function map(
  matrix: HostDense,
  change: (value: number, index: number) => number,
): HostDense {
  return { ...matrix, data: matrix.data.map(change) };
}

/** The entries of any host matrix as a dense one in float64. */
export function widened(matrix: HostMatrix): HostDense & { readonly data: Float64Array } {
  const { rows, cols } = matrix;
  if (!("indptr" in matrix)) return { rows, cols, data: Float64Array.from(matrix.data) };
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let p = matrix.indptr[i]!; p < matrix.indptr[i + 1]!; p++) {
      data[i * cols + matrix.indices[p]!] = matrix.values[p]!;
    }
  }
  return { rows, cols, data };
}

/**
 * A long sum that a running total gets wrong: 256 ones, then terms so small that each vanishes
 * beside a one. A total kept in any number of lanes up to 256 loses them all, n·u/600 of the sum.
 */
export function longTail(length: number, { u }: Pick<Precision, "u">): number[] {
  return Array.from({ length }, (_, i) => (i < 256 ? 1 : 0.4 * u));
}
