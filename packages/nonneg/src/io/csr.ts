import { NonnegError, type HostArray, type HostSparse } from "@nonneg/core";
import { allocate } from "./allocate.js";

/** Indices of rows and columns, and the number of entries, are Int32. */
const largestIndex = 2 ** 31 - 1;

/**
 * Refuses a shape that no matrix here can have.
 * @throws NonnegError NONNEG_PARSE (an empty matrix), NONNEG_UNSUPPORTED (past 2³¹ − 1)
 */
export function checkShape(rows: number, cols: number, path: string): void {
  if (rows < 1 || cols < 1) {
    const message = `${path}: holds an empty matrix of ${rows}×${cols}, expected at least one row and one column.`;
    throw new NonnegError("NONNEG_PARSE", message);
  }
  if (rows > largestIndex || cols > largestIndex) {
    const message = `${path}: holds a matrix of ${rows}×${cols}; rows and columns up to ${largestIndex} are supported.`;
    throw new NonnegError("NONNEG_UNSUPPORTED", message);
  }
}

/**
 * CSR from coordinates in any order, 0-based and in range: a radix sort by column, then by row,
 * in time O(entries + rows + cols).
 * @throws NonnegError NONNEG_PARSE (an entry given twice), NONNEG_UNSUPPORTED (more than 2³¹ − 1 entries)
 */
export function csrFromCoordinates(
  rows: number,
  cols: number,
  rowOf: Int32Array,
  colOf: Int32Array,
  values: HostArray,
  path: string,
): HostSparse {
  const count = values.length;
  if (count > largestIndex) {
    const message = `${path}: holds ${count} entries; up to ${largestIndex} are supported in a sparse matrix.`;
    throw new NonnegError("NONNEG_UNSUPPORTED", message);
  }
  const byColumn = allocate(Int32Array, count, path);
  const nextOfColumn = offsets(colOf, cols, path);
  for (let e = 0; e < count; e++) byColumn[nextOfColumn[colOf[e]!]!++] = e;

  const indptr = offsets(rowOf, rows, path);
  const nextOfRow = indptr.slice();
  const indices = allocate(Int32Array, count, path);
  const sorted = values.slice();
  for (const e of byColumn) {
    const row = rowOf[e]!;
    const at = nextOfRow[row]!++;
    if (at > indptr[row]! && indices[at - 1] === colOf[e]) {
      throw new NonnegError(
        "NONNEG_PARSE",
        `${path}: the entry in row ${row + 1}, column ${colOf[e]! + 1} (counted from 1) is given twice. Give each entry once, adding up what belongs together.`,
      );
    }
    indices[at] = colOf[e]!;
    sorted[at] = values[e]!;
  }
  return { rows, cols, indptr, indices, values: sorted };
}

/** Where the entries of each of `bins` keys start once sorted, and at the end their number. */
function offsets(keys: Int32Array, bins: number, path: string): Int32Array {
  const starts = allocate(Int32Array, bins + 1, path);
  for (const key of keys) starts[key + 1]!++;
  for (let bin = 0; bin < bins; bin++) starts[bin + 1]! += starts[bin]!;
  return starts;
}
