import type { Backend, Dtype, HostArray, MatrixInfo, Operand, WriteEntries } from "./backend.js";
import { NonnegError } from "./errors.js";
import type { HostMatrix } from "./host-matrix.js";
import { Matrix, type MatrixOwner } from "./matrix.js";
import { checkShape, csr, dense, show } from "./shape.js";

/**
 * The matrices that live on one backend: checks dtype, size and ownership, owns what is made,
 * moves it to and from the host, and turns what a backend throws into errors with a code.
 */
export class BackendMemory implements MatrixOwner, AsyncDisposable {
  readonly backend: Backend;
  readonly #live = new Set<Matrix>();

  /** @throws NonnegError NONNEG_API_VERSION where the backend was written for another interface */
  constructor(backend: Backend) {
    const version: unknown = backend.apiVersion;
    if (version !== 1) {
      throw new NonnegError(
        "NONNEG_API_VERSION",
        `Backend "${backend.name}" has apiVersion ${String(version)}; this core speaks version 1. ` +
          "Install releases of both that agree.",
      );
    }
    this.backend = backend;
  }

  get backendName(): string {
    return this.backend.name;
  }

  /** Matrices made here and not yet released. */
  get liveMatrices(): number {
    return this.#live.size;
  }

  supports(dtype: Dtype): boolean {
    return this.backend.capabilities.dtypes.includes(dtype);
  }

  /**
   * Copies a host matrix to the backend.
   * @param like a CSR matrix that stores the same entries, whose pattern the new one shares
   * @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_DTYPE, NONNEG_UNSUPPORTED (CSR), NONNEG_OUT_OF_MEMORY
   */
  upload(host: HostMatrix, like?: Matrix): Matrix {
    checkShape("The matrix to upload", host);
    const sparse = "indptr" in host;
    const values = sparse ? host.values : host.data;
    const dtype = values instanceof Float64Array ? "float64" : "float32";
    if (!sparse) {
      if (values.length !== host.rows * host.cols) {
        throw new NonnegError(
          "NONNEG_SHAPE_MISMATCH",
          `A ${show(host)} matrix was given ${values.length} values: expected ${host.rows * host.cols}.`,
        );
      }
      return this.make(dense(host.rows, host.cols, dtype), (out) =>
        this.backend.upload(out, values),
      );
    }
    if (!this.backend.capabilities.sparse) throw this.noSparse();
    const pattern = like?.pattern ?? { nnz: values.length };
    return this.make(csr(host.rows, host.cols, dtype, pattern), (out) =>
      this.backend.upload(out, host),
    );
  }

  /**
   * A dense matrix whose entries `write` gives, put where the backend will have them if it can.
   * @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_DTYPE, NONNEG_OUT_OF_MEMORY, and what `write` throws
   */
  uploadFrom(rows: number, cols: number, dtype: Dtype, write: WriteEntries): Matrix {
    const info = dense(rows, cols, dtype);
    checkShape("The matrix to upload", info);
    return this.make(info, (out) => {
      if (this.backend.uploadFrom) return this.backend.uploadFrom(out, write);
      const data = new (dtype === "float64" ? Float64Array : Float32Array)(rows * cols);
      write(data, 0);
      return this.backend.upload(out, data);
    });
  }

  /** Copies matrices to the host in one readback. CSR gives its values. Errors of queued work surface here. */
  async download(...matrices: readonly Matrix[]): Promise<HostArray[]> {
    const operands = matrices.map((matrix) => matrix.operand(this));
    try {
      return await this.backend.download(operands);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** The entries of 1×1 matrices, in one readback. */
  async scalars(...matrices: readonly Matrix[]): Promise<number[]> {
    return (await this.download(...matrices)).map((array) => array[0] ?? Number.NaN);
  }

  async sync(): Promise<void> {
    try {
      await this.backend.sync();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Called by `Matrix` when it is disposed. */
  release(matrix: Matrix, handle: unknown): void {
    this.#live.delete(matrix);
    this.backend.release(handle);
  }

  /** Releases every matrix made here and not yet released; the backend stays open. */
  releaseAll(): void {
    for (const matrix of [...this.#live]) matrix[Symbol.dispose]();
  }

  /** Releases every matrix and closes the backend. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.releaseAll();
    await this.backend[Symbol.asyncDispose]();
  }

  protected noSparse(): NonnegError {
    return new NonnegError(
      "NONNEG_UNSUPPORTED",
      `Backend "${this.backend.name}" has no sparse matrices, and nothing is densified unasked. ` +
        "Choose a backend that has them (js, wasm, blas), or pass a dense matrix.",
    );
  }

  /** The matrix that a kernel makes of others. */
  protected run(
    out: MatrixInfo,
    inputs: readonly Matrix[],
    kernel: (given: Operand<unknown>[]) => unknown,
  ): Matrix {
    const given = inputs.map((matrix) => matrix.operand(this));
    return this.make(out, () => kernel(given));
  }

  /** @throws NonnegError NONNEG_DTYPE, NONNEG_OUT_OF_MEMORY where the backend cannot hold it */
  protected make(out: MatrixInfo, kernel: (out: MatrixInfo) => unknown): Matrix {
    const { capabilities, name } = this.backend;
    if (!capabilities.dtypes.includes(out.dtype)) {
      throw new NonnegError(
        "NONNEG_DTYPE",
        `Backend "${name}" has no ${out.dtype}, only ${capabilities.dtypes.join(", ")}. ` +
          "Convert the data, or choose another backend.",
      );
    }
    const elements = out.pattern?.nnz ?? out.rows * out.cols;
    if (elements > capabilities.maxElements) {
      throw new NonnegError(
        "NONNEG_OUT_OF_MEMORY",
        `A ${show(out)} matrix has ${elements} elements; backend "${name}" holds at most ` +
          `${capabilities.maxElements} in one. Choose another backend, float32, or sparse data.`,
      );
    }
    return this.adopt(
      out,
      this.call(() => kernel(out)),
    );
  }

  /** The matrix of a handle that the backend has just made. */
  protected adopt(out: MatrixInfo, handle: unknown): Matrix {
    const matrix = new Matrix(this, out, handle);
    this.#live.add(matrix);
    return matrix;
  }

  /** @throws NonnegError NONNEG_BACKEND_FAILED for what the backend throws and gives no code */
  protected call<T>(kernel: () => T): T {
    try {
      return kernel();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): NonnegError {
    if (error instanceof NonnegError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new NonnegError(
      "NONNEG_BACKEND_FAILED",
      `Backend "${this.backend.name}" failed: ${message}`,
      { cause: error },
    );
  }
}
