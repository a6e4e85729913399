import type { Axis, MatrixInfo, ReduceOp } from "@nonneg/core";
import { NonnegError } from "@nonneg/core";
import { entries, produce, type Handle, type Scratch, type WasmOperand } from "./handle.js";
import { reduceOps } from "./kernels.js";
import { valuesBy } from "./sparse-matmul.js";

/** Entries of a piece when everything goes into one. */
const piece = 16_384;
/** Columns of a strip: STRIP of assembly/reduce.ts. */
const strip = 16;

/** Pairwise sums in f64, or the least or largest entry, along the rows, the columns or both. */
export function reduce(
  scratch: Scratch,
  out: MatrixInfo,
  op: ReduceOp,
  a: WasmOperand,
  axis: Axis,
): Handle {
  const { runtime } = scratch;
  const wide = Number(a.dtype === "float64");
  const wideOut = Number(out.dtype === "float64");
  const count = entries(a);
  const code = reduceOps.indexOf(op);
  if (a.format === "csr" && op !== "sum") {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `reduce "${op}" of a CSR matrix is not offered: its entries that are not stored are zeros. Sum it, or use a dense matrix.`,
    );
  }
  return produce(scratch, out, false, (address) => {
    const source = a.handle.values.offset;
    if (axis === "all") {
      writeNumber(scratch, out, address, sumOf(scratch, code, source, count, wide === 1));
    } else if (a.format === "csr") {
      const columns = axis === "rows";
      const structure = a.handle.structure!;
      const index = columns ? structure.columns : structure.rows;
      const values = valuesBy(scratch, a, columns, wide === 1);
      const args = [wide, wideOut, address, values, index.pointers];
      runtime.run("reduceSegments", args, index.segments, 256, count);
    } else if (axis === "cols") {
      const args = [wide, code, wideOut, address, source, a.cols, count];
      runtime.run("reducePieces", args, a.rows, Math.ceil(piece / a.cols), count / 2);
    } else {
      const args = [wide, code, wideOut, address, source, a.rows, a.cols];
      runtime.run("reduceRows", args, Math.ceil(a.cols / strip), 1, count);
    }
  });
}

/** Writes a number as an entry of `out`. */
function writeNumber(scratch: Scratch, out: MatrixInfo, address: number, value: number): void {
  const { buffer } = scratch.runtime.memory;
  if (out.dtype === "float64") new Float64Array(buffer, address, 1)[0] = value;
  else new Float32Array(buffer, address, 1)[0] = value;
}

/** All entries into one number: pieces first, then their results. */
export function sumOf(
  scratch: Scratch,
  code: number,
  address: number,
  count: number,
  wide: boolean,
): number {
  const { runtime } = scratch;
  const pieces = Math.ceil(count / piece);
  const partial = scratch.take(pieces * 8 + 8);
  const args = [Number(wide), code, 1, partial, address, piece, count];
  runtime.run("reducePieces", args, pieces, 1, count / 2);
  const result = partial + pieces * 8;
  runtime.run("reducePieces", [1, code, 1, result, partial, pieces, pieces], 1, 1, pieces);
  // of no entries (a CSR matrix that stores none) the sum is 0
  return count === 0 ? 0 : new Float64Array(runtime.memory.buffer, result, 1)[0]!;
}

/** Pairwise sums of the columns of a rows × cols table of f64. */
export function columnTotals(
  scratch: Scratch,
  table: number,
  rows: number,
  cols: number,
): number[] {
  const totals = scratch.take(cols * 8);
  if (rows === 0) return [];
  scratch.runtime.run("reduceRows", [1, 0, 1, totals, table, rows, cols], 1, 1, rows);
  return [...new Float64Array(scratch.runtime.memory.buffer, totals, cols)];
}

/** A number as a 1×1 matrix. */
export function scalar(scratch: Scratch, out: MatrixInfo, value: number): Handle {
  return produce(scratch, out, false, (address) => writeNumber(scratch, out, address, value));
}
