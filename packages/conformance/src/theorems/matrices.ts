/** What instances are put together from. */
import type { Dtype, HostDense, HostMatrix, HostSparse } from "@nonneg/core";
import { allocate, of, widened } from "../data.js";
import type { Random } from "../random.js";

export function matrix(
  rows: number,
  cols: number,
  dtype: Dtype,
  entry: (i: number, j: number) => number,
): HostDense {
  const data = allocate(rows * cols, dtype);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] = entry(i, j);
  }
  return { rows, cols, data };
}

export function dtypeOf(matrix: HostMatrix): Dtype {
  const data = "indptr" in matrix ? matrix.values : matrix.data;
  return data instanceof Float64Array ? "float64" : "float32";
}

export function weightsOf(V: HostDense, weight: (v: number) => number): HostDense {
  return of(V.rows, V.cols, dtypeOf(V), Array.from(V.data, weight));
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** CSR of what is not zero and, where a random stream is given, of one zero in ten. */
export function compressed(dense: HostDense, random: Random = () => 1): HostSparse {
  const { rows, cols, data } = dense;
  const indptr = [0];
  const indices: number[] = [];
  const entries: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j]!;
      if (value === 0 && random() >= 0.1) continue;
      indices.push(j);
      entries.push(value);
    }
    indptr.push(indices.length);
  }
  const values = allocate(entries.length, dtypeOf(dense));
  values.set(entries);
  return { rows, cols, indptr: Int32Array.from(indptr), indices: Int32Array.from(indices), values };
}

/** V rearranged: entry (i, j) of the result is entry `from(i, j)` of V. */
export function rearranged<T extends HostMatrix>(
  V: T,
  rows: number,
  cols: number,
  from: (i: number, j: number) => readonly [number, number],
): T {
  const { data } = widened(V);
  const moved = matrix(rows, cols, dtypeOf(V), (i, j) => {
    const [p, q] = from(i, j);
    return data[p * V.cols + q]!;
  });
  return ("indptr" in V ? compressed(moved) : moved) as T;
}

/** V = WH without rounding. */
export function exactProduct(W: HostDense, H: HostDense, dtype: Dtype): HostDense {
  return matrix(W.rows, H.cols, dtype, (i, j) => {
    let sum = 0;
    for (let a = 0; a < W.cols; a++) sum += W.data[i * W.cols + a]! * H.data[a * H.cols + j]!;
    return sum;
  });
}
