import { totalmem } from "node:os";
import type { HostArray, MatrixInfo, WriteEntries } from "@nonneg/core";
import { NonnegError } from "@nonneg/core";

/** Entries one after the other in arrays of equal length, the last of which may be shorter. */
export interface Flat {
  readonly arrays: readonly HostArray[];
  /** entries of each array but the last */
  readonly each: number;
}

export function bytesOf({ rows, cols, dtype }: MatrixInfo): number {
  return rows * cols * (dtype === "float64" ? 8 : 4);
}

/**
 * A dense matrix, row-major, in ordinary buffers instead of the WebAssembly memory. They are several,
 * because one buffer may not be as long as memory is, and resizable, because shrinking one to nothing
 * gives its memory back at once, not when a garbage collection comes by.
 */
export class Large implements Flat {
  readonly arrays: HostArray[] = [];
  readonly each: number;

  /**
   * Zeros.
   * @param arrayBytes bytes of each buffer, a multiple of 8
   * @throws NonnegError NONNEG_OUT_OF_MEMORY
   */
  constructor(info: MatrixInfo, arrayBytes: number) {
    const bytes = bytesOf(info);
    const ArrayOf = info.dtype === "float64" ? Float64Array : Float32Array;
    this.each = arrayBytes / ArrayOf.BYTES_PER_ELEMENT;
    // more than there is would be granted, page by page, until the system ends the process
    if (bytes > machineBytes()) throw noRoom(info);
    try {
      for (let at = 0; at < bytes; at += arrayBytes) {
        const length = Math.min(arrayBytes, bytes - at);
        const buffer = new ArrayBuffer(length, { maxByteLength: length });
        this.arrays.push(new ArrayOf(buffer, 0, length / ArrayOf.BYTES_PER_ELEMENT));
      }
    } catch (cause) {
      this.release();
      throw noRoom(info, cause);
    }
  }

  /** A copy of host data. @throws NonnegError NONNEG_OUT_OF_MEMORY */
  static from(info: MatrixInfo, data: HostArray, arrayBytes: number): Large {
    const large = new Large(info, arrayBytes);
    copyRun({ arrays: [data], each: data.length }, 0, large, 0, data.length);
    return large;
  }

  /** What `write` gives. @throws NonnegError NONNEG_OUT_OF_MEMORY, and what `write` throws */
  static written(info: MatrixInfo, write: WriteEntries, arrayBytes: number): Large {
    const large = new Large(info, arrayBytes);
    try {
      large.arrays.forEach((array, i) => {
        write(array, i * large.each);
      });
      return large;
    } catch (error) {
      large.release();
      throw error;
    }
  }

  /** All entries in one array. @throws NonnegError NONNEG_OUT_OF_MEMORY */
  toArray(info: MatrixInfo): HostArray {
    const length = info.rows * info.cols;
    let array: HostArray;
    try {
      array = new (info.dtype === "float64" ? Float64Array : Float32Array)(length);
    } catch (cause) {
      throw noRoom(info, cause);
    }
    copyRun(this, 0, { arrays: [array], each: length }, 0, length);
    return array;
  }

  release(): void {
    for (const { buffer } of this.arrays.splice(0)) (buffer as ArrayBuffer).resize(0);
  }
}

/** The machine's memory, or what of it this process may have. */
function machineBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}

function noRoom(info: MatrixInfo, cause?: unknown): NonnegError {
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return new NonnegError(
    "NONNEG_OUT_OF_MEMORY",
    `There is no room for a ${info.rows}×${info.cols} ${info.dtype} matrix (${gigabytes(bytesOf(info))}): ` +
      `this machine has ${gigabytes(machineBytes())} in all. Use float32, a sparse (CSR) matrix, or less data.`,
    cause === undefined ? undefined : { cause },
  );
}

/** Where a block of a matrix begins. */
export interface Corner {
  readonly cols: number;
  readonly row: number;
  readonly col: number;
}

/** Copies a block of one matrix to where it belongs in another of the same dtype. */
export function copyBlock(
  [from, source]: readonly [Flat, Corner],
  [to, target]: readonly [Flat, Corner],
  { rows, cols }: { readonly rows: number; readonly cols: number },
): void {
  const whole = cols === source.cols && cols === target.cols;
  const [runs, length] = whole ? [1, rows * cols] : [rows, cols];
  for (let i = 0; i < runs; i++) {
    const at = (source.row + i) * source.cols + source.col;
    copyRun(from, at, to, (target.row + i) * target.cols + target.col, length);
  }
}

function copyRun(from: Flat, fromAt: number, to: Flat, toAt: number, length: number): void {
  for (let done = 0; done < length;) {
    const source = from.arrays[Math.floor((fromAt + done) / from.each)]!;
    const target = to.arrays[Math.floor((toAt + done) / to.each)]!;
    const a = (fromAt + done) % from.each;
    const b = (toAt + done) % to.each;
    const run = Math.min(length - done, source.length - a, target.length - b);
    target.set(source.subarray(a, a + run), b);
    done += run;
  }
}
