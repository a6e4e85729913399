/** The batches that files hold: each whole, or cut into so many samples. */
import { type HostMatrix, type HostSparse, isSparse, type Samples } from "@nonneg/core";
import { readMatrix, type ReadOptions } from "../io/index.js";

export interface Batch {
  /** for people: the file, and which of its samples where it is cut */
  readonly name: string;
  readonly matrix: HostMatrix;
}

export interface Cut {
  readonly samples: Samples;
  /** samples in a batch; undefined: a file is one */
  readonly size: number | undefined;
}

/** Reads one file at a time, when its first batch is asked for. @throws NonnegError as `readMatrix` */
export async function* readBatches(
  paths: readonly string[],
  options: ReadOptions,
  { samples, size }: Cut,
): AsyncGenerator<Batch> {
  for (const path of paths) {
    const { matrix } = await readMatrix(path, options);
    if (size === undefined) {
      yield { name: path, matrix };
      continue;
    }
    const count = samples === "rows" ? matrix.rows : matrix.cols;
    for (let from = 0; from < count; from += size) {
      const to = Math.min(from + size, count);
      yield {
        name: `${path}, samples ${from} to ${to - 1}`,
        matrix: part(matrix, samples, from, to),
      };
    }
  }
}

/** The samples from one up to but not including another. */
export function part(whole: HostMatrix, samples: Samples, from: number, to: number): HostMatrix {
  if (isSparse(whole)) {
    return samples === "rows" ? sparseRows(whole, from, to) : sparseColumns(whole, from, to);
  }
  const { rows, cols, data } = whole;
  if (samples === "rows") {
    return { rows: to - from, cols, data: data.subarray(from * cols, to * cols) };
  }
  const cut = data.slice(0, rows * (to - from));
  for (let i = 0; i < rows; i++) {
    cut.set(data.subarray(i * cols + from, i * cols + to), i * (to - from));
  }
  return { rows, cols: to - from, data: cut };
}

function sparseRows({ cols, indptr, indices, values }: HostSparse, from: number, to: number) {
  const [start, end] = [indptr[from]!, indptr[to]!];
  return {
    rows: to - from,
    cols,
    indptr: indptr.slice(from, to + 1).map((at) => at - start),
    indices: indices.subarray(start, end),
    values: values.subarray(start, end),
  };
}

function sparseColumns(whole: HostSparse, from: number, to: number): HostSparse {
  const { rows, indices, values } = whole;
  const starts = Array.from({ length: rows }, (_, i) => firstFrom(whole, i, from));
  const ends = starts.map((_, i) => firstFrom(whole, i, to));
  const indptr = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) indptr[i + 1] = indptr[i]! + ends[i]! - starts[i]!;
  const cut = {
    indices: new Int32Array(indptr[rows]!),
    values: values.slice(0, indptr[rows]),
  };
  for (let i = 0; i < rows; i++) {
    const columns = indices.subarray(starts[i], ends[i]).map((column) => column - from);
    cut.indices.set(columns, indptr[i]);
    cut.values.set(values.subarray(starts[i], ends[i]), indptr[i]);
  }
  return { rows, cols: to - from, indptr, ...cut };
}

/** Where the entries of a row begin whose columns are `column` or above: columns ascend. */
function firstFrom({ indptr, indices }: HostSparse, row: number, column: number): number {
  let [low, high] = [indptr[row]!, indptr[row + 1]!];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (indices[middle]! < column) low = middle + 1;
    else high = middle;
  }
  return low;
}
