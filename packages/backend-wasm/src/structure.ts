/**
 * Where a CSR matrix has entries: the index by rows, and the index by columns (CSC) built from it
 * at upload, each cut into chunks of about equally many entries.
 */
import type { HostCsr, MatrixInfo } from "@nonneg/core";
import type { Block } from "./arena.js";
import type { Runtime } from "./runtime.js";

/** One way through the entries: segments (rows, or columns) of indices. Addresses in memory. */
export interface SparseIndex {
  readonly segments: number;
  readonly pointers: number;
  readonly indices: number;
  /** `chunks` + 1 segment numbers: where each chunk begins */
  readonly bounds: number;
  readonly chunks: number;
}

/** Entries of a chunk, at least; and chunks of a matrix, at most about. */
const chunkEntries = 8192;
const mostChunks = 256;

export class Structure {
  readonly nnz: number;
  readonly rows: SparseIndex;
  readonly columns: SparseIndex;
  /** address of the CSR place of each entry in column order */
  readonly places: number;
  /** matrices that use it; freed with the last */
  users = 0;
  readonly #blocks: Block[] = [];
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, info: MatrixInfo, data: HostCsr) {
    this.#runtime = runtime;
    const nnz = data.indices.length;
    this.nnz = nnz;
    const { rows, cols } = info;
    try {
      const pointers = this.#upload(data.indptr);
      const indices = this.#upload(data.indices);
      this.rows = this.#index(rows, pointers, indices, data.indptr);
      const columnPointers = this.#take((cols + 1) * 4);
      const rowIndices = this.#take(nnz * 4);
      this.places = this.#take(nnz * 4);
      runtime.kernels.buildColumns(
        rows,
        cols,
        pointers,
        indices,
        columnPointers,
        rowIndices,
        this.places,
      );
      const host = new Int32Array(runtime.memory.buffer, columnPointers, cols + 1);
      this.columns = this.#index(cols, columnPointers, rowIndices, host);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  release(): void {
    for (const block of this.#blocks.splice(0)) this.#runtime.arena.free(block);
  }

  #take(bytes: number): number {
    const block = this.#runtime.arena.allocate(bytes, `the index of ${this.nnz} sparse entries`);
    this.#blocks.push(block);
    return block.offset;
  }

  #upload(data: Int32Array): number {
    const address = this.#take(data.length * 4);
    new Int32Array(this.#runtime.memory.buffer, address, data.length).set(data);
    return address;
  }

  #index(segments: number, pointers: number, indices: number, host: Int32Array): SparseIndex {
    const each = Math.max(chunkEntries, Math.ceil(this.nnz / mostChunks));
    const bounds = [0];
    for (let r = 1; r < segments; r++) {
      if (host[r]! - host[bounds.at(-1)!]! >= each) bounds.push(r);
    }
    bounds.push(segments);
    return {
      segments,
      pointers,
      indices,
      bounds: this.#upload(Int32Array.from(bounds)),
      chunks: bounds.length - 1,
    };
  }
}
