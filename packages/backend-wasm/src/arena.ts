/**
 * Memory inside the one WebAssembly.Memory: blocks are taken from the smallest free piece that
 * holds them, and join their free neighbours when given back. An iteration that allocates the
 * sizes of the one before finds them free, so the memory stops growing after the first.
 */
import { NonnegError } from "@nonneg/core";

export interface Block {
  readonly offset: number;
  readonly bytes: number;
}

const pageBytes = 65_536;
const alignment = 64;
/** Kernels may read a few vectors past the end of what they were given. */
const margin = 64;
/** The memory grows by a quarter, at least this and at most 64 MiB beyond what is needed. */
const smallestStep = 4 << 20;
const largestStep = 64 << 20;

export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #limit: number;
  /** Free pieces, by offset. */
  readonly #free: { offset: number; bytes: number }[] = [];
  #used = 0;

  /** @param start first byte to hand out; the memory up to its present end is free */
  constructor(memory: WebAssembly.Memory, start: number, limit: number) {
    this.#memory = memory;
    this.#limit = limit;
    this.#free.push({ offset: start, bytes: memory.buffer.byteLength - start });
  }

  /** Bytes handed out. */
  get used(): number {
    return this.#used;
  }

  /**
   * @param what named in the error, such as "a 10×20 float32 matrix"
   * @throws NonnegError NONNEG_OUT_OF_MEMORY
   */
  allocate(bytes: number, what: string): Block {
    const size = Math.ceil((bytes + margin) / alignment) * alignment;
    let best = this.#bestFit(size);
    if (best < 0) {
      this.#grow(size, what);
      best = this.#bestFit(size);
    }
    const piece = this.#free[best]!;
    const block = { offset: piece.offset, bytes: size };
    if (piece.bytes === size) {
      this.#free.splice(best, 1);
    } else {
      piece.offset += size;
      piece.bytes -= size;
    }
    this.#used += size;
    return block;
  }

  free(block: Block): void {
    this.#used -= block.bytes;
    this.#insert(block.offset, block.bytes);
  }

  #bestFit(size: number): number {
    let best = -1;
    let bestBytes = Infinity;
    for (let i = 0; i < this.#free.length; i++) {
      const { bytes } = this.#free[i]!;
      if (bytes >= size && bytes < bestBytes) {
        best = i;
        bestBytes = bytes;
      }
    }
    return best;
  }

  #insert(offset: number, bytes: number): void {
    const free = this.#free;
    let low = 0;
    let high = free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (free[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    const before = free[low - 1];
    const after = free[low];
    const joinsBefore = before !== undefined && before.offset + before.bytes === offset;
    const joinsAfter = after !== undefined && offset + bytes === after.offset;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) free.splice(low, 1);
    } else if (joinsAfter) {
      after.offset = offset;
      after.bytes += bytes;
    } else {
      free.splice(low, 0, { offset, bytes });
    }
  }

  #grow(size: number, what: string): void {
    const end = this.#memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const atEnd = last !== undefined && last.offset + last.bytes === end ? last.bytes : 0;
    const missing = size - atEnd;
    const step = Math.min(largestStep, Math.max(smallestStep, end / 4));
    // a little more than asked for where there is room, exactly what is asked for otherwise
    for (const wanted of [Math.max(missing, step), missing]) {
      const pages = Math.ceil(wanted / pageBytes);
      if (end + pages * pageBytes > this.#limit) continue;
      try {
        this.#memory.grow(pages);
      } catch {
        continue;
      }
      this.#insert(end, pages * pageBytes);
      return;
    }
    throw new NonnegError(
      "NONNEG_OUT_OF_MEMORY",
      `There is no room for ${what} (${megabytes(size)}): ${megabytes(this.#used)} are in use ` +
        `and a WebAssembly memory here ends at ${megabytes(this.#limit)}. ` +
        "Use float32, or a sparse (CSR) matrix, or the blas or js backend, which take larger ones.",
    );
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`;
}
