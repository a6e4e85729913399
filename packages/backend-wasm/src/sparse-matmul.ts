import type { MatmulOptions, MatrixInfo } from "@nonneg/core";
import { NonnegError } from "@nonneg/core";
import { isWide, produce, type Handle, type Scratch, type WasmOperand } from "./handle.js";
import type { SparseIndex } from "./structure.js";

/** Rows of whole vectors in scratch memory, zeros behind the last entry. */
export interface Padded {
  readonly address: number;
  /** bytes of a row */
  readonly step: number;
}

/** A copy of the dense r×c matrix at `address` (or of its transpose) whose rows are whole vectors. */
export function pad(
  scratch: Scratch,
  wide: boolean,
  address: number,
  rows: number,
  cols: number,
  transposed: boolean,
): Padded {
  const size = wide ? 8 : 4;
  const [outRows, outCols] = transposed ? [cols, rows] : [rows, cols];
  const step = paddedStep(wide, outCols);
  const to = scratch.take(outRows * step);
  scratch.runtime.run(
    "padRows",
    [Number(wide), to, outCols, step, address, cols * size, Number(transposed)],
    outRows,
    256,
    rows * cols,
  );
  return { address: to, step };
}

export function paddedStep(wide: boolean, cols: number): number {
  return Math.ceil((cols * (wide ? 8 : 4)) / 16) * 16;
}

/** Writes padded rows to a row-major matrix of `outCols` columns, as its rows or (transposed) its columns. */
export function unpad(
  scratch: Scratch,
  wide: boolean,
  out: number,
  outCols: number,
  transposed: boolean,
  padded: Padded,
  rows: number,
  cols: number,
): void {
  scratch.runtime.run(
    "unpadRows",
    [
      Number(wide),
      out,
      outCols * (wide ? 8 : 4),
      Number(transposed),
      padded.address,
      cols,
      padded.step,
    ],
    rows,
    256,
    rows * cols,
  );
}

/** Values of a CSR operand in the order of its rows or (by columns, gathered once) of its columns. */
export function valuesBy(
  scratch: Scratch,
  operand: WasmOperand,
  columns: boolean,
  wide: boolean,
): number {
  const { handle } = operand;
  if (!columns) return scratch.read(operand, wide);
  const structure = handle.structure!;
  if (handle.columnValues === undefined) {
    const { arena } = scratch.runtime;
    const size = operand.dtype === "float64" ? 8 : 4;
    const block = arena.allocate(structure.nnz * size, `${structure.nnz} values by columns`);
    handle.columnValues = block;
    scratch.runtime.run(
      "gather",
      [size / 4 - 1, block.offset, handle.values.offset, structure.places],
      structure.nnz,
      16_384,
      structure.nnz * 4,
    );
  }
  return scratch.read(operand, wide, handle.columnValues);
}

/**
 * A product with one CSR operand S. Every case is one walk over S by rows or by columns, in which
 * an entry meets a row of the dense factor: op(S)·op(D) row by row of the result, op(D)·op(S)
 * column by column.
 */
export function sparseMatmul(
  scratch: Scratch,
  out: MatrixInfo,
  a: WasmOperand,
  b: WasmOperand,
  { transA, transB }: MatmulOptions,
): Handle {
  if (a.format === "csr" && b.format === "csr") {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      "matmul got two CSR matrices; backend wasm multiplies a CSR matrix by a dense one.",
    );
  }
  const left = a.format === "csr";
  const [sparse, dense] = left ? [a, b] : [b, a];
  // by columns of S where the result's rows (left) or columns (right) go along S's columns
  const byColumns = left ? transA : !transB;
  const wide = isWide(out, [a, b]);
  const index = byColumns ? sparse.handle.structure!.columns : sparse.handle.structure!.rows;
  // entry (segment, q) meets row q of op(D) (left), or column q of it (right)
  const factor = pad(
    scratch,
    wide,
    scratch.read(dense, wide),
    dense.rows,
    dense.cols,
    left ? transB : !transA,
  );
  const width = left ? out.cols : out.rows;
  return produce(scratch, out, wide, (address) => {
    const sums = { address: scratch.take(index.segments * factor.step), step: factor.step };
    const values = valuesBy(scratch, sparse, byColumns, wide);
    runSparse(
      scratch,
      "sparseProduct",
      index,
      [
        Number(wide),
        sums.address,
        index.pointers,
        index.indices,
        values,
        factor.address,
        factor.step,
      ],
      sparse.handle.structure!.nnz * width,
    );
    unpad(scratch, wide, address, out.cols, !left, sums, index.segments, width);
  });
}

/** A kernel over the chunks of a sparse index. `work` is the number of multiplications. */
export function runSparse(
  scratch: Scratch,
  kernel: "sparseProduct" | "sampledProduct",
  index: SparseIndex,
  args: readonly number[],
  work: number,
): void {
  scratch.runtime.run(kernel, [...args, index.bounds], index.chunks, 1, work / 2);
}

/** (WH) at the entries of a CSR pattern. */
export function sampledMatmul(
  scratch: Scratch,
  out: MatrixInfo,
  w: WasmOperand,
  h: WasmOperand,
  pattern: WasmOperand,
): Handle {
  const wide = isWide(out, [w, h]);
  const structure = pattern.handle.structure!;
  const rows = pad(scratch, wide, scratch.read(w, wide), w.rows, w.cols, false);
  const columns = pad(scratch, wide, scratch.read(h, wide), h.rows, h.cols, true);
  const { values } = produce(scratch, out, wide, (address) =>
    runSparse(
      scratch,
      "sampledProduct",
      structure.rows,
      [
        Number(wide),
        address,
        structure.rows.pointers,
        structure.rows.indices,
        rows.address,
        columns.address,
        rows.step,
      ],
      structure.nnz * w.cols,
    ),
  );
  return { values, structure };
}
