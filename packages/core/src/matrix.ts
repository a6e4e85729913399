import type { Dtype, MatrixInfo, Operand, Pattern } from "./backend.js";
import { NonnegError } from "./errors.js";

/** What a matrix needs of the Linalg that owns it. */
export interface MatrixOwner {
  readonly backendName: string;
  release(matrix: Matrix, handle: unknown): void;
}

/**
 * An owned matrix on a backend: m rows, n columns, row-major or CSR. Disposable: release it with
 * `using`, or `[Symbol.dispose]()`; disposing twice does nothing.
 */
export class Matrix implements MatrixInfo, Disposable {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: Dtype;
  readonly format: "dense" | "csr";
  declare readonly pattern?: Pattern;
  readonly #owner: MatrixOwner;
  readonly #handle: unknown;
  #disposed = false;

  /** Only `Linalg` makes matrices. */
  constructor(owner: MatrixOwner, info: MatrixInfo, handle: unknown) {
    this.rows = info.rows;
    this.cols = info.cols;
    this.dtype = info.dtype;
    this.format = info.format;
    if (info.pattern) this.pattern = info.pattern;
    this.#owner = owner;
    this.#handle = handle;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * The operand to hand to the backend of `owner`.
   * @throws NonnegError NONNEG_DISPOSED after release, NONNEG_FOREIGN_MATRIX where another Linalg owns it
   */
  operand(owner: MatrixOwner): Operand<unknown> {
    if (owner !== this.#owner) {
      throw new NonnegError(
        "NONNEG_FOREIGN_MATRIX",
        `A ${this.rows}×${this.cols} matrix of backend "${this.#owner.backendName}" was given to ` +
          `another Linalg (backend "${owner.backendName}"). Download it and upload it there.`,
      );
    }
    if (this.#disposed) {
      throw new NonnegError(
        "NONNEG_DISPOSED",
        `A ${this.rows}×${this.cols} matrix was used after its release. ` +
          "Release it later, or compute what is needed of it before.",
      );
    }
    const { rows, cols, dtype, format, pattern } = this;
    const operand = { rows, cols, dtype, format, handle: this.#handle };
    return pattern ? { ...operand, pattern } : operand;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#owner.release(this, this.#handle);
  }
}

/** Both parts of the gradient ∇ = denominator − numerator by one factor: both nonnegative. */
export interface Terms extends Disposable {
  readonly numerator: Matrix;
  readonly denominator: Matrix;
}

/** Pairs both parts of a gradient so that one `using` releases them. */
export function terms(numerator: Matrix, denominator: Matrix): Terms {
  return {
    numerator,
    denominator,
    [Symbol.dispose]() {
      numerator[Symbol.dispose]();
      denominator[Symbol.dispose]();
    },
  };
}

/** Owns what is made along a computation and releases it at the end: `using scope = new Scope()`. */
export class Scope implements Disposable {
  readonly #owned: Disposable[] = [];

  /** Takes ownership of `resource` and returns it. */
  readonly own = <T extends Disposable>(resource: T): T => {
    this.#owned.push(resource);
    return resource;
  };

  [Symbol.dispose](): void {
    for (const resource of this.#owned.splice(0)) resource[Symbol.dispose]();
  }
}
