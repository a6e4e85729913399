import type {
  Axis,
  Backend,
  CoordinateSweepOptions,
  Dtype,
  ElementwiseOp,
  Factor,
  HostArray,
  MatmulOptions,
  MatrixInfo,
  Operand,
  ReduceOp,
} from "./backend.js";
import * as compositions from "./compositions/index.js";
import { NonnegError } from "./errors.js";
import type { HostMatrix } from "./host-matrix.js";
import { notTiny } from "./losses.js";
import { Matrix, type MatrixOwner, type Terms, terms } from "./matrix.js";
import {
  broadcastShape,
  checkQuadratic,
  checkShape,
  csr,
  dense,
  elementwiseInfo,
  expectShape,
  matmulShape,
  reduceShape,
  show,
  widest,
} from "./shape.js";

/** The operands of a β-divergence D_β(V‖WH), see `DivergenceOperands` in backend.ts. */
export interface Divergence {
  readonly beta: number;
  readonly V: Matrix;
  readonly W: Matrix;
  readonly H: Matrix;
  readonly weights?: Matrix | undefined;
}

type Out = { readonly dtype?: Dtype };

/**
 * Linear algebra on one backend: checks shapes, dtypes and ownership once, infers the output, and
 * composes the optional kernels that the backend lacks. The only caller of a `Backend`.
 *
 * Every method that returns a `Matrix` returns a new one, which the caller owns.
 */
export class Linalg implements MatrixOwner, AsyncDisposable {
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

  // ── memory ──────────────────────────────────────────────────────────────────────────────

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
      return this.#make(dense(host.rows, host.cols, dtype), (out) =>
        this.backend.upload(out, values),
      );
    }
    this.#requireSparse();
    const pattern = like?.pattern ?? { nnz: values.length };
    return this.#make(csr(host.rows, host.cols, dtype, pattern), (out) =>
      this.backend.upload(out, host),
    );
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

  // ── the three verbs ─────────────────────────────────────────────────────────────────────

  /** op(a)·op(b), dense. @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_UNSUPPORTED */
  matmul(a: Matrix, b: Matrix, options: Partial<MatmulOptions> & Out = {}): Matrix {
    const transposes = { transA: options.transA ?? false, transB: options.transB ?? false };
    const { rows, cols } = matmulShape(a, b, transposes);
    const out = dense(rows, cols, options.dtype ?? widest([a, b]));
    return this.#run(out, [a, b], ([x, y]) => this.backend.matmul(out, x!, y!, transposes));
  }

  /**
   * The op on each entry; operands of size one along a dimension repeat along it, numbers along both.
   * CSR operands share one pattern (and meet only it and numbers): the result has that pattern.
   * @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_UNSUPPORTED
   */
  elementwise(
    op: ElementwiseOp,
    operands: readonly (Matrix | number)[],
    options: Out = {},
  ): Matrix {
    const matrices = operands.filter((operand) => typeof operand !== "number");
    const out = elementwiseInfo(matrices, options.dtype ?? widest(matrices));
    return this.#run(out, matrices, (given) => {
      let next = 0;
      return this.backend.elementwise(
        out,
        op,
        operands.map((operand) => (typeof operand === "number" ? operand : given[next++]!)),
      );
    });
  }

  /** A dense matrix of one value. */
  full(rows: number, cols: number, value: number, dtype: Dtype): Matrix {
    const out = dense(rows, cols, dtype);
    checkShape("The matrix to fill", out);
    return this.#run(out, [], () => this.backend.elementwise(out, "add", [value, 0]));
  }

  /** `axis` is the dimension that disappears. CSR: sum only. @throws NonnegError NONNEG_UNSUPPORTED */
  reduce(op: ReduceOp, a: Matrix, axis: Axis, options: Out = {}): Matrix {
    if (a.format === "csr" && op !== "sum") {
      throw new NonnegError(
        "NONNEG_UNSUPPORTED",
        `Reduction "${op}" of a CSR matrix is not offered: only "sum" is.`,
      );
    }
    const { rows, cols } = reduceShape(a, axis);
    const out = dense(rows, cols, options.dtype ?? a.dtype);
    return this.#run(out, [a], ([x]) => this.backend.reduce(out, op, x!, axis));
  }

  add = (a: Matrix | number, b: Matrix | number): Matrix => this.elementwise("add", [a, b]);
  sub = (a: Matrix | number, b: Matrix | number): Matrix => this.elementwise("sub", [a, b]);
  mul = (a: Matrix | number, b: Matrix | number): Matrix => this.elementwise("mul", [a, b]);
  div = (a: Matrix | number, b: Matrix | number): Matrix => this.elementwise("div", [a, b]);
  max = (a: Matrix | number, b: Matrix | number): Matrix => this.elementwise("max", [a, b]);
  sum = (a: Matrix, axis: Axis = "all"): Matrix => this.reduce("sum", a, axis);

  // ── optional kernels, composed where the backend has none ───────────────────────────────

  /** AᵀA ("AtA") or AAᵀ ("AAt"). */
  gram(a: Matrix, side: "AtA" | "AAt", options: Out = {}): Matrix {
    const kernel = this.backend.gram?.bind(this.backend);
    if (!kernel) return compositions.gram(this, a, side, options.dtype);
    const size = side === "AtA" ? a.cols : a.rows;
    const out = dense(size, size, options.dtype ?? a.dtype);
    return this.#run(out, [a], ([x]) => kernel(out, x!, side));
  }

  /** x ∘ (numerator ⊘ denominator)^exponent, x where the denominator is 0 or the result is not finite. */
  scaleByRatio(x: Matrix, numerator: Matrix, denominator: Matrix, exponent = 1): Matrix {
    expectShape("The ratio", broadcastShape([x, numerator, denominator]), x);
    const kernel = this.backend.scaleByRatio?.bind(this.backend);
    if (!kernel) return compositions.scaleByRatio(this, x, numerator, denominator, exponent);
    const out = dense(x.rows, x.cols, x.dtype);
    return this.#run(out, [x, numerator, denominator], ([a, n, d]) =>
      kernel(out, a!, n!, d!, exponent),
    );
  }

  /** Both parts of the gradient of D_β(V‖WH) by one factor, see `Backend.divergenceTerms`. */
  divergenceTerms(given: Divergence, factor: Factor): Terms {
    const divergence = this.#checkDivergence(given);
    const { beta, W, H } = divergence;
    const kernel = this.backend.divergenceTerms?.bind(this.backend);
    if (!kernel) return compositions.divergenceTerms(this, divergence, factor);
    const moved = factor === "H" ? H : W;
    const numerator = dense(moved.rows, moved.cols, moved.dtype);
    const short = beta === 1 && !divergence.weights;
    const denominator = !short
      ? numerator
      : factor === "H"
        ? dense(H.rows, 1, H.dtype)
        : dense(1, W.cols, W.dtype);
    const handles = this.#call(() =>
      kernel({ numerator, denominator }, this.#divergenceOperands(divergence), factor),
    );
    return terms(
      this.#adopt(numerator, handles.numerator),
      this.#adopt(denominator, handles.denominator),
    );
  }

  /** D_β(V‖WH): its finite part and how many entries are infinite, both 1×1, see `Backend.divergence`. */
  divergence(given: Divergence, options: Out = {}): { sum: Matrix; infinite: Matrix } {
    const divergence = this.#checkDivergence(given);
    const kernel = this.backend.divergence?.bind(this.backend);
    const dtype = options.dtype ?? divergence.W.dtype;
    if (!kernel) return compositions.divergence(this, divergence, dtype);
    const out = dense(1, 1, dtype);
    const handles = this.#call(() =>
      kernel({ sum: out, infinite: out }, this.#divergenceOperands(divergence)),
    );
    return { sum: this.#adopt(out, handles.sum), infinite: this.#adopt(out, handles.infinite) };
  }

  /** One sweep of coordinate descent (HALS), see `Backend.coordinateSweep`. */
  coordinateSweep(x: Matrix, gram: Matrix, cross: Matrix, options: CoordinateSweepOptions): Matrix {
    checkQuadratic(gram, cross, options.factor);
    expectShape("The factor to sweep", x, cross);
    const kernel = this.backend.coordinateSweep?.bind(this.backend);
    if (!kernel) return compositions.coordinateSweep(this, x, gram, cross, options);
    const out = dense(x.rows, x.cols, x.dtype);
    return this.#run(out, [x, gram, cross], ([a, g, c]) => kernel(out, a!, g!, c!, options));
  }

  /**
   * Nonnegative least squares given the Gram matrix and the cross product, see `Backend.nnls`.
   * @param start whose positive entries are the first guess at those of the solution
   */
  async nnls(gram: Matrix, cross: Matrix, factor: Factor, start: Matrix): Promise<Matrix> {
    checkQuadratic(gram, cross, factor);
    expectShape("The start", start, cross);
    const kernel = this.backend.nnls?.bind(this.backend);
    if (!kernel) return compositions.nnls(this, gram, cross, factor, start);
    const out = dense(cross.rows, cross.cols, cross.dtype);
    return this.#run(out, [gram, cross, start], ([g, c, s]) => kernel(out, g!, c!, s!, factor));
  }

  /** (WH) at the stored entries of the CSR matrix V. @throws NonnegError NONNEG_UNSUPPORTED */
  sampledMatmul(W: Matrix, H: Matrix, V: Matrix, options: Out = {}): Matrix {
    expectShape("WH", matmulShape(W, H, { transA: false, transB: false }), V);
    const kernel = this.backend.sampledMatmul?.bind(this.backend);
    if (!kernel || !V.pattern) throw this.#noSparse();
    const out = csr(V.rows, V.cols, options.dtype ?? widest([W, H]), V.pattern);
    return this.#run(out, [W, H, V], ([w, h, v]) => kernel(out, w!, h!, v!));
  }

  // ── inside ──────────────────────────────────────────────────────────────────────────────

  #checkDivergence({ beta, V, W, H, weights }: Divergence): Divergence {
    expectShape("WH", matmulShape(W, H, { transA: false, transB: false }), V);
    if (weights) {
      expectShape("The weights", weights, V);
      if (weights.pattern !== V.pattern) {
        throw new NonnegError(
          "NONNEG_SHAPE_MISMATCH",
          "Weights of a CSR matrix must share its pattern.",
        );
      }
    }
    return { beta: notTiny(beta), V, W, H, weights };
  }

  #divergenceOperands({ beta, V, W, H, weights }: Divergence) {
    const operands = { beta, v: V.operand(this), w: W.operand(this), h: H.operand(this) };
    return weights ? { ...operands, weights: weights.operand(this) } : operands;
  }

  #requireSparse(): void {
    if (!this.backend.capabilities.sparse) throw this.#noSparse();
  }

  #noSparse(): NonnegError {
    return new NonnegError(
      "NONNEG_UNSUPPORTED",
      `Backend "${this.backend.name}" has no sparse matrices, and nothing is densified unasked. ` +
        "Choose a backend that has them (js, wasm, blas), or pass a dense matrix.",
    );
  }

  #run(
    out: MatrixInfo,
    inputs: readonly Matrix[],
    kernel: (given: Operand<unknown>[]) => unknown,
  ): Matrix {
    const given = inputs.map((matrix) => matrix.operand(this));
    return this.#make(out, () => kernel(given));
  }

  #make(out: MatrixInfo, kernel: (out: MatrixInfo) => unknown): Matrix {
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
    return this.#adopt(
      out,
      this.#call(() => kernel(out)),
    );
  }

  #adopt(out: MatrixInfo, handle: unknown): Matrix {
    const matrix = new Matrix(this, out, handle);
    this.#live.add(matrix);
    return matrix;
  }

  #call<T>(kernel: () => T): T {
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
      {
        cause: error,
      },
    );
  }
}
