import type { Handle, WasmBackend, WasmOperand } from "@nonneg/backend-wasm/memory";
import type { HostArray, MatrixInfo, Operand } from "@nonneg/core";
import { cut, everything, type Range, type Region } from "./cut.js";
import { bytesOf, copyBlock, type Flat, Large } from "./large.js";

/** In the WebAssembly memory, or in buffers of its own. */
export type AnyHandle = Handle | Large;
export type AnyOperand = Operand<AnyHandle>;

/** Bytes by which matrices are cut. */
export interface Sizes {
  /** a dense matrix of so many or more is large */
  readonly large: number;
  /** of a tile in float64, at most; 128 or more */
  readonly tile: number;
  /** of a buffer of a large matrix; a multiple of 8 */
  readonly array: number;
}

/**
 * A call widens float32 operands where another is float64: three times the largest matrix that is not
 * large has to fit the 4 GiB of the memory. Tiles are large beside the caches and what a call costs,
 * and small beside the memory.
 */
export const defaultSizes: Sizes = { large: 2 ** 30, tile: 2 ** 27, array: 2 ** 28 };

export function isLarge({ large }: Sizes, info: MatrixInfo): boolean {
  return info.format === "dense" && bytesOf(info) >= large;
}

const noEntries = new Float32Array(0);

/**
 * What a call over tiles computes with: the backend that computes them, and the matrices made on
 * the way, given back when the call ends, however it ends.
 */
export class Workspace implements Disposable {
  readonly inner: WasmBackend;
  readonly sizes: Sizes;
  readonly #owned = new Set<AnyHandle>();

  constructor(inner: WasmBackend, sizes: Sizes) {
    this.inner = inner;
    this.sizes = sizes;
  }

  /** Another, for what a step of the call makes. */
  step(): Workspace {
    return new Workspace(this.inner, this.sizes);
  }

  /** Lengths of the sides of tiles: see `cut`. */
  cut<S extends readonly number[]>(
    sides: S,
    tiles: readonly (readonly [number, number])[],
    cuttable?: number,
  ): S {
    return cut(sides, tiles, this.sizes.tile / Float64Array.BYTES_PER_ELEMENT, cuttable);
  }

  /** A matrix yet to be written. */
  make(info: MatrixInfo): AnyOperand {
    const handle = isLarge(this.sizes, info)
      ? new Large(info, this.sizes.array)
      : // takes the memory and writes nothing to it
        this.inner.upload(info, noEntries);
    return this.own(info, handle);
  }

  own<H extends AnyHandle>(info: MatrixInfo, handle: H): Operand<H> {
    this.#owned.add(handle);
    return { ...info, handle };
  }

  /** The handle, which is the caller's from now on. */
  give({ handle }: AnyOperand): AnyHandle {
    this.#owned.delete(handle);
    return handle;
  }

  /** A block of a dense matrix in the memory: itself where it is all of a matrix that lies there, else a copy. */
  read(operand: AnyOperand, block: Region): WasmOperand {
    const { handle } = operand;
    const { row, col, rows, cols } = block;
    if (!(handle instanceof Large) && rows === operand.rows && cols === operand.cols) {
      return { ...operand, handle };
    }
    const info = { ...operand, rows, cols };
    const tile = this.own(info, this.inner.upload(info, noEntries));
    const from = { cols: operand.cols, row, col };
    copyBlock([this.#flat(operand), from], [this.#flat(tile), { cols, row: 0, col: 0 }], block);
    return tile;
  }

  /** Writes a block. */
  write(target: AnyOperand, block: Region, tile: AnyOperand): void {
    const { row, col } = block;
    const to = { cols: target.cols, row, col };
    const from = { cols: tile.cols, row: 0, col: 0 };
    copyBlock([this.#flat(tile), from], [this.#flat(target), to], block);
  }

  /** The entries of a dense matrix in the memory, until something is allocated. */
  entries({ rows, cols, dtype, handle }: WasmOperand): HostArray {
    const { buffer } = this.inner.memory;
    const ArrayOf = dtype === "float64" ? Float64Array : Float32Array;
    return new ArrayOf(buffer, handle.values.offset, rows * cols);
  }

  /**
   * Sums of what `terms` gives for each range, entry by entry, in the order of the ranges: as many
   * matrices as `infos`. What it makes besides belongs to the step it is given.
   */
  sums(
    infos: readonly MatrixInfo[],
    over: readonly Range[],
    terms: (step: Workspace, range: Range) => readonly Handle[],
  ): readonly WasmOperand[] {
    let totals: readonly WasmOperand[] = [];
    for (const range of over) {
      using step = this.step();
      const parts = terms(step, range).map((handle, i) => this.own(infos[i]!, handle));
      totals = parts.map((part, i) => {
        const total = totals[i];
        if (total === undefined) return part;
        const sum = this.own(part, this.inner.elementwise(part, "add", [total, part]));
        this.#free(total);
        this.#free(part);
        return sum;
      });
    }
    return totals;
  }

  /**
   * A call that is not cut (one with a CSR operand): large operands are brought into the memory
   * whole, large results taken out of it.
   */
  uncut(
    outs: readonly MatrixInfo[],
    operands: readonly AnyOperand[],
    call: (given: readonly WasmOperand[]) => readonly Handle[],
  ): readonly AnyHandle[] {
    const given = operands.map((operand) => this.read(operand, everything(operand)));
    const results = call(given).map((handle, i) => this.own(outs[i]!, handle));
    const placed = results.map((result) => {
      if (!isLarge(this.sizes, result)) return result;
      const large = this.make(result);
      this.write(large, everything(result), result);
      return large;
    });
    return placed.map((result) => this.give(result));
  }

  [Symbol.dispose](): void {
    for (const handle of this.#owned) release(this.inner, handle);
    this.#owned.clear();
  }

  #free({ handle }: WasmOperand): void {
    this.#owned.delete(handle);
    this.inner.release(handle);
  }

  #flat(operand: AnyOperand): Flat {
    const { handle } = operand;
    if (handle instanceof Large) return handle;
    const entries = this.entries({ ...operand, handle });
    return { arrays: [entries], each: entries.length };
  }
}

export function release(inner: WasmBackend, handle: AnyHandle): void {
  if (handle instanceof Large) handle.release();
  else inner.release(handle);
}
