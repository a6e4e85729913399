import { type HostDense, type HostMatrix, NonnegError } from "@nonneg/core";
import { scratch } from "./allocate.js";
import { addProduct, rowsOf, view } from "./gemm.js";

/** The operands of a β-divergence D_β(V‖WH), opened: see `DivergenceOperands` of core. */
export interface Divergence {
  readonly beta: number;
  readonly v: HostMatrix;
  readonly w: HostDense;
  readonly h: HostDense;
  readonly weights: HostMatrix | undefined;
}

/** The entries of a dense matrix, or the stored ones of a CSR matrix. */
export function values(matrix: HostMatrix) {
  return "indptr" in matrix ? matrix.values : matrix.data;
}

/** Some rows of X = WH. `data` is overwritten by the next block. */
export interface Block {
  readonly row: number;
  readonly rows: number;
  readonly data: Float64Array;
}

/** Entries of a block, about: 2 MiB, so that what a kernel does with them finds them in the cache. */
const BLOCK = 2 ** 18;

/** WH in float64, some rows at a time: never all of it. */
export function* productBlocks(w: HostDense, h: HostDense): Generator<Block> {
  const height = Math.min(w.rows, Math.max(1, Math.floor(BLOCK / h.cols)));
  const whole = scratch(height, h.cols);
  for (let row = 0; row < w.rows; row += height) {
    const rows = Math.min(height, w.rows - row);
    const data = whole.subarray(0, rows * h.cols).fill(0);
    addProduct(data, rowsOf(view(w), row, rows), view(h));
    yield { row, rows, data };
  }
}

/** @throws NonnegError NONNEG_UNSUPPORTED where the zeros that a CSR V does not store need all of WH */
export function requireClosedForm({ beta, v, weights }: Divergence): void {
  if ("indptr" in v && !weights && beta !== 1 && beta !== 2) {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `The β-divergence with β = ${beta} of a sparse V whose missing entries are zeros is not offered: ` +
        "it needs all of WH. Use β = 1 or 2, give weights, or pass V as a dense matrix.",
    );
  }
}
