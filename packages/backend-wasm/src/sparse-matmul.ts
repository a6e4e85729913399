import type { MatmulOptions, MatrixInfo } from "@nonneg/core";
import { NonnegError } from "@nonneg/core";
import { isWide, produce, type Handle, type Scratch, type WasmOperand } from "./handle.js";
import type { Block } from "./arena.js";
import type { SparseIndex, Structure } from "./structure.js";

/** Rows of whole vectors in scratch memory, zeros behind the last entry. */
export interface Padded {
  readonly address: number;
  /** bytes of a row */
  readonly step: number;
}

/** A copy of a dense matrix (or of its transpose) whose rows are whole vectors. */
export function pad(
  scratch: Scratch,
  wide: boolean,
  matrix: WasmOperand,
  transposed: boolean,
): Padded {
  const { rows, cols } = matrix;
  const size = wide ? 8 : 4;
  const [outRows, outCols] = transposed ? [cols, rows] : [rows, cols];
  const step = Math.ceil((outCols * size) / 16) * 16;
  const to = scratch.take(outRows * step);
  scratch.runtime.run(
    "padRows",
    [Number(wide), to, outCols, step, scratch.read(matrix, wide), cols * size, Number(transposed)],
    outRows,
    256,
    rows * cols,
  );
  return { address: to, step };
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
  const factor = pad(scratch, wide, dense, left ? transB : !transA);
  const width = left ? out.cols : out.rows;
  const values = valuesBy(scratch, sparse, byColumns, wide);
  return sparseSums(scratch, out, wide, index, factor.step, width, !left, (sums) =>
    runSparse(
      scratch,
      "sparseProduct",
      index,
      [Number(wide), sums, index.pointers, index.indices, values, factor.address, factor.step],
      sparse.handle.structure!.nnz * width,
    ),
  );
}

/** `out` from one padded row of `width` entries for each segment, as its rows or (transposed) its columns. */
export function sparseSums(
  scratch: Scratch,
  out: MatrixInfo,
  wide: boolean,
  index: SparseIndex,
  step: number,
  width: number,
  transposed: boolean,
  fill: (sums: number) => void,
): Handle {
  return produce(scratch, out, wide, (address) => {
    const sums = scratch.take(index.segments * step);
    fill(sums);
    const outStep = out.cols * (wide ? 8 : 4);
    scratch.runtime.run(
      "unpadRows",
      [Number(wide), address, outStep, Number(transposed), sums, width, step],
      index.segments,
      256,
      index.segments * width,
    );
  });
}

/** A kernel over the chunks of a sparse index. `work` is the number of multiplications. */
export function runSparse(
  scratch: Scratch,
  kernel: "sparseProduct" | "sampledProduct" | "sparseRatios",
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
  const { values } = produce(scratch, out, wide, (address) =>
    fillSamples(scratch, wide, w, h, structure, address),
  );
  return { values, structure };
}

/** The same values in f64 (`wide`) or f32, in a block of their own. */
export function sampledValues(
  scratch: Scratch,
  wide: boolean,
  w: WasmOperand,
  h: WasmOperand,
  structure: Structure,
): Block {
  const { arena } = scratch.runtime;
  const block = arena.allocate(structure.nnz * (wide ? 8 : 4), `${structure.nnz} entries of WH`);
  try {
    fillSamples(scratch, wide, w, h, structure, block.offset);
    return block;
  } catch (error) {
    arena.free(block);
    throw error;
  }
}

function fillSamples(
  scratch: Scratch,
  wide: boolean,
  w: WasmOperand,
  h: WasmOperand,
  { rows: index, nnz }: Structure,
  address: number,
): void {
  const rows = pad(scratch, wide, w, false);
  const columns = pad(scratch, wide, h, true);
  runSparse(
    scratch,
    "sampledProduct",
    index,
    [
      Number(wide),
      address,
      index.pointers,
      index.indices,
      rows.address,
      columns.address,
      rows.step,
    ],
    nnz * w.cols,
  );
}
