import { totalmem } from "node:os";
import { NonnegError } from "@nonneg/core";

type TypedArray = Uint8Array | Int32Array | Float32Array | Float64Array;

export interface TypedArrayConstructor<A extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
}

/**
 * A typed array of `length` zeros for the contents of `path`. More than the machine's memory is
 * refused here, because a system that overcommits would grant it and kill the process later.
 * @throws NonnegError NONNEG_OUT_OF_MEMORY
 */
export function allocate<A extends TypedArray>(
  Type: TypedArrayConstructor<A>,
  length: number,
  path: string,
): A {
  const bytes = length * Type.BYTES_PER_ELEMENT;
  const refuse = (cause?: unknown) =>
    new NonnegError(
      "NONNEG_OUT_OF_MEMORY",
      `${path}: needs an array of ${length} elements (${formatBytes(bytes)}), more than this machine gives (${formatBytes(totalmem())} of memory).`,
      { cause },
    );
  if (bytes > totalmem()) throw refuse();
  try {
    return new Type(length);
  } catch (cause) {
    throw refuse(cause);
  }
}

/** Such as "12 bytes" or "1.3 GB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB", "TB", "PB", "EB"];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power - 1]}`;
}

/** A typed array that grows as entries come, because a size that a file claims is not to be trusted. */
export class Growing<A extends TypedArray> {
  readonly #Type: TypedArrayConstructor<A>;
  readonly #path: string;
  #array: A;
  #length = 0;

  constructor(Type: TypedArrayConstructor<A>, path: string) {
    this.#Type = Type;
    this.#path = path;
    this.#array = new Type(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#array.length) {
      const larger = allocate(this.#Type, 2 * this.#length, this.#path);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.#length++] = value;
  }

  /** The entries pushed, in an array of their own. */
  finish(): A {
    return this.#array.slice(0, this.#length) as A;
  }
}
