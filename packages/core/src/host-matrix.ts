import type { HostArray } from "./backend.js";

/** A dense matrix in memory: entry (i, j) is `data[i * cols + j]`, `data.length` is rows · cols. */
export interface HostDense {
  readonly rows: number;
  readonly cols: number;
  readonly data: HostArray;
}

/**
 * A sparse matrix in memory, compressed by rows (CSR). Row i holds the entries `indptr[i]` up to
 * but not including `indptr[i + 1]` of `indices` (their columns, ascending, none twice) and of
 * `values`. An entry that is stored may be 0. `indptr.length` is rows + 1.
 */
export interface HostSparse {
  readonly rows: number;
  readonly cols: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: HostArray;
}

/** A matrix in memory, as readers give it and `factorize` takes it. `"indptr" in v` tells sparse from dense. */
export type HostMatrix = HostDense | HostSparse;

export const isSparse = (matrix: HostMatrix): matrix is HostSparse => "indptr" in matrix;
