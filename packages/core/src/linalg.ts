import type {
  Axis,
  CoordinateSweepOptions,
  Dtype,
  ElementwiseOp,
  Factor,
  MatmulOptions,
  ReduceOp,
  StationarityOptions,
} from "./backend.js";
import { BackendMemory } from "./backend-memory.js";
import * as compositions from "./compositions/index.js";
import { NonnegError } from "./errors.js";
import { notTiny } from "./losses.js";
import { type Matrix, type Terms, terms } from "./matrix.js";
import {
  broadcastShape,
  checkDivergence,
  checkQuadratic,
  checkShape,
  csr,
  dense,
  elementwiseInfo,
  expectShape,
  matmulShape,
  reduceShape,
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
 * Linear algebra on the matrices of one backend: checks shapes once, infers the output, and composes
 * the optional kernels that the backend lacks. With `BackendMemory`, the only caller of a `Backend`.
 *
 * Every method that returns a `Matrix` returns a new one, which the caller owns.
 */
export class Linalg extends BackendMemory {
  // ── the three verbs ─────────────────────────────────────────────────────────────────────

  /** op(a)·op(b), dense. @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_UNSUPPORTED */
  matmul(a: Matrix, b: Matrix, options: Partial<MatmulOptions> & Out = {}): Matrix {
    const transposes = { transA: options.transA ?? false, transB: options.transB ?? false };
    const { rows, cols } = matmulShape(a, b, transposes);
    const out = dense(rows, cols, options.dtype ?? widest([a, b]));
    return this.run(out, [a, b], ([x, y]) => this.backend.matmul(out, x!, y!, transposes));
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
    return this.run(out, matrices, (given) => {
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
    return this.run(out, [], () => this.backend.elementwise(out, "add", [value, 0]));
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
    return this.run(out, [a], ([x]) => this.backend.reduce(out, op, x!, axis));
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
    return this.run(out, [a], ([x]) => kernel(out, x!, side));
  }

  /** x ∘ (numerator ⊘ denominator)^exponent, x where the denominator is 0 or the result is not finite. */
  scaleByRatio(x: Matrix, numerator: Matrix, denominator: Matrix, exponent = 1): Matrix {
    expectShape("The ratio", broadcastShape([x, numerator, denominator]), x);
    const kernel = this.backend.scaleByRatio?.bind(this.backend);
    if (!kernel) return compositions.scaleByRatio(this, x, numerator, denominator, exponent);
    const out = dense(x.rows, x.cols, x.dtype);
    return this.run(out, [x, numerator, denominator], ([a, n, d]) =>
      kernel(out, a!, n!, d!, exponent),
    );
  }

  /** Both parts of the gradient of D_β(V‖WH) by one factor, see `Backend.divergenceTerms`. */
  divergenceTerms(given: Divergence, factor: Factor): Terms {
    const divergence = checked(given);
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
    const handles = this.call(() =>
      kernel({ numerator, denominator }, this.#operands(divergence), factor),
    );
    return terms(
      this.adopt(numerator, handles.numerator),
      this.adopt(denominator, handles.denominator),
    );
  }

  /** D_β(V‖WH): its finite part and how many entries are infinite, both 1×1, see `Backend.divergence`. */
  divergence(given: Divergence, options: Out = {}): { sum: Matrix; infinite: Matrix } {
    const divergence = checked(given);
    const kernel = this.backend.divergence?.bind(this.backend);
    const dtype = options.dtype ?? divergence.W.dtype;
    if (!kernel) return compositions.divergence(this, divergence, dtype);
    const out = dense(1, 1, dtype);
    const handles = this.call(() =>
      kernel({ sum: out, infinite: out }, this.#operands(divergence)),
    );
    return { sum: this.adopt(out, handles.sum), infinite: this.adopt(out, handles.infinite) };
  }

  /** Both sums of the KKT residual of x, see `Backend.stationarity`. */
  stationarity(
    x: Matrix,
    numerator: Matrix,
    denominator: Matrix,
    partner: Matrix,
    options: StationarityOptions,
  ): { residual: Matrix; scale: Matrix } {
    expectShape("The gradient", broadcastShape([x, numerator, denominator]), x);
    const { rows, cols } = x;
    const sums = options.factor === "H" ? { rows: 1, cols: rows } : { rows: cols, cols: 1 };
    expectShape("The sums of the partner", partner, sums);
    const kernel = this.backend.stationarity?.bind(this.backend);
    if (!kernel) {
      return compositions.stationarity(this, x, numerator, denominator, partner, options);
    }
    const out = dense(1, 1, x.dtype);
    const [a, n, d, p] = [x, numerator, denominator, partner].map((each) => each.operand(this));
    const handles = this.call(() => kernel({ residual: out, scale: out }, a!, n!, d!, p!, options));
    return { residual: this.adopt(out, handles.residual), scale: this.adopt(out, handles.scale) };
  }

  /** One sweep of coordinate descent (HALS), see `Backend.coordinateSweep`. */
  coordinateSweep(x: Matrix, gram: Matrix, cross: Matrix, options: CoordinateSweepOptions): Matrix {
    checkQuadratic(gram, cross, options.factor);
    expectShape("The factor to sweep", x, cross);
    const kernel = this.backend.coordinateSweep?.bind(this.backend);
    if (!kernel) return compositions.coordinateSweep(this, x, gram, cross, options);
    const out = dense(x.rows, x.cols, x.dtype);
    return this.run(out, [x, gram, cross], ([a, g, c]) => kernel(out, a!, g!, c!, options));
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
    return this.run(out, [gram, cross, start], ([g, c, s]) => kernel(out, g!, c!, s!, factor));
  }

  /** (WH) at the stored entries of the CSR matrix V. @throws NonnegError NONNEG_UNSUPPORTED */
  sampledMatmul(W: Matrix, H: Matrix, V: Matrix, options: Out = {}): Matrix {
    expectShape("WH", matmulShape(W, H, { transA: false, transB: false }), V);
    const kernel = this.backend.sampledMatmul?.bind(this.backend);
    if (!kernel || !V.pattern) throw this.noSparse();
    const out = csr(V.rows, V.cols, options.dtype ?? widest([W, H]), V.pattern);
    return this.run(out, [W, H, V], ([w, h, v]) => kernel(out, w!, h!, v!));
  }

  #operands({ beta, V, W, H, weights }: Divergence) {
    const operands = { beta, v: V.operand(this), w: W.operand(this), h: H.operand(this) };
    return weights ? { ...operands, weights: weights.operand(this) } : operands;
  }
}

function checked(divergence: Divergence): Divergence {
  checkDivergence(divergence);
  return { ...divergence, beta: notTiny(divergence.beta) };
}
