import {
  type Axis,
  type Backend,
  type BackendDescription,
  type Capabilities,
  type CoordinateSweepOptions,
  type DivergenceOperands,
  type ElementwiseOp,
  type Factor,
  type HostArray,
  type HostCsr,
  type HostDense,
  type HostMatrix,
  type HostSparse,
  type MatmulOptions,
  type MatrixInfo,
  NonnegError,
  type Operand,
  type ReduceOp,
  type StationarityOptions,
  type WriteEntries,
} from "@nonneg/core";
import { allocate, copyOf, rounded } from "./allocate.js";
import { coordinateSweep } from "./coordinate-sweep.js";
import { divergence } from "./divergence.js";
import type { Divergence } from "./divergence-operands.js";
import { divergenceTerms } from "./divergence-terms.js";
import { elementwise } from "./elementwise.js";
import { gram } from "./gram.js";
import { matmul } from "./matmul.js";
import { matmulSparse } from "./matmul-sparse.js";
import { reduce } from "./reduce.js";
import { sampledMatmul } from "./sampled-matmul.js";
import { scaleByRatio } from "./scale-by-ratio.js";
import { stationarity } from "./stationarity.js";

/** A matrix of this backend: arrays of the JavaScript heap until it is released. */
export interface JsHandle {
  matrix: HostMatrix | undefined;
}

export const description: BackendDescription = {
  device: "cpu",
  threads: 1,
  software: false,
  versions: {},
};

/**
 * No standard says how well an engine computes these; V8 stays within 1.4 roundoffs. A result that
 * is subnormal is rounded to what there is, on top.
 */
const library = { ulps: 4, absolute: 0 };
const correctlyRounded = { ulps: 1, absolute: 0 };

const capabilities: Capabilities = {
  dtypes: ["float32", "float64"],
  sparse: true,
  deterministic: true,
  subnormals: true,
  // The longest typed array of V8; what the machine has not memory for fails when it is asked for.
  maxElements: 2 ** 32,
  accuracy: {
    div: correctlyRounded,
    sqrt: correctlyRounded,
    pow: library,
    exp: library,
    log: library,
    log1p: library,
    expm1: library,
  },
};

/**
 * The reference backend. Every call computes at once, in float64, and rounds once to `out.dtype`.
 *
 * Calls throw NonnegError NONNEG_OUT_OF_MEMORY where an array is refused, and NONNEG_DISPOSED after
 * the backend is closed or with a handle that was released.
 */
export class JsBackend implements Backend<JsHandle> {
  readonly apiVersion = 1;
  readonly name = "js";
  readonly description = description;
  readonly capabilities = capabilities;
  #live = 0;
  #closed = false;

  /** Handles that were returned and not yet released. */
  get live(): number {
    return this.#live;
  }

  upload(out: MatrixInfo, data: HostArray | HostCsr): JsHandle {
    if (!("indptr" in data)) return this.#keep(out, copyOf(out, data));
    const values = copyOf(out, data.values);
    const pattern = { indptr: data.indptr.slice(), indices: data.indices.slice() };
    return this.#keep(out, values, pattern);
  }

  uploadFrom(out: MatrixInfo, write: WriteEntries): JsHandle {
    const data = allocate(out);
    write(data, 0);
    return this.#keep(out, data);
  }

  async download(operands: readonly Operand<JsHandle>[]): Promise<HostArray[]> {
    this.#requireOpen();
    return operands.map((operand) => {
      const matrix = this.#open(operand);
      return copyOf(operand, "indptr" in matrix ? matrix.values : matrix.data);
    });
  }

  release(handle: JsHandle): void {
    if (handle.matrix) this.#live--;
    handle.matrix = undefined;
  }

  async sync(): Promise<void> {
    this.#requireOpen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
  }

  matmul(
    out: MatrixInfo,
    a: Operand<JsHandle>,
    b: Operand<JsHandle>,
    options: MatmulOptions,
  ): JsHandle {
    const left = this.#open(a);
    const right = this.#open(b);
    const sparse = "indptr" in left || "indptr" in right;
    return this.#keep(
      out,
      sparse ? matmulSparse(out, left, right, options) : matmul(out, left, right, options),
    );
  }

  elementwise(
    out: MatrixInfo,
    op: ElementwiseOp,
    operands: readonly (Operand<JsHandle> | number)[],
  ): JsHandle {
    const opened = operands.map((operand) =>
      typeof operand === "number" ? operand : this.#open(operand),
    );
    if (!out.pattern)
      return this.#keep(out, elementwise(out, op, opened as (HostDense | number)[]));

    // The stored values are a 1×nnz matrix like any other.
    const { nnz } = out.pattern;
    const values = (opened as (HostSparse | number)[]).map((operand) =>
      typeof operand === "number" ? operand : { data: operand.values, rows: 1, cols: nnz },
    );
    const pattern = opened.find((operand) => typeof operand !== "number") as HostSparse;
    const result = elementwise({ ...out, rows: 1, cols: nnz }, op, values);
    return this.#keep(out, result, pattern);
  }

  reduce(out: MatrixInfo, op: ReduceOp, a: Operand<JsHandle>, axis: Axis): JsHandle {
    return this.#keep(out, reduce(out, op, this.#open(a), axis));
  }

  gram(out: MatrixInfo, a: Operand<JsHandle>, side: "AtA" | "AAt"): JsHandle {
    return this.#keep(out, gram(out, this.#dense(a), side));
  }

  scaleByRatio(
    out: MatrixInfo,
    x: Operand<JsHandle>,
    numerator: Operand<JsHandle>,
    denominator: Operand<JsHandle>,
    exponent: number,
  ): JsHandle {
    const [a, n, d] = [this.#dense(x), this.#dense(numerator), this.#dense(denominator)];
    return this.#keep(out, scaleByRatio(out, a, n, d, exponent));
  }

  divergenceTerms(
    out: { readonly numerator: MatrixInfo; readonly denominator: MatrixInfo },
    operands: DivergenceOperands<JsHandle>,
    factor: Factor,
  ): { numerator: JsHandle; denominator: JsHandle } {
    const terms = divergenceTerms(out, this.#divergence(operands), factor);
    return {
      numerator: this.#keep(out.numerator, terms.numerator),
      denominator: this.#keep(out.denominator, terms.denominator),
    };
  }

  divergence(
    out: { readonly sum: MatrixInfo; readonly infinite: MatrixInfo },
    operands: DivergenceOperands<JsHandle>,
  ): { sum: JsHandle; infinite: JsHandle } {
    const { sum, infinite } = divergence(this.#divergence(operands));
    return { sum: this.#number(out.sum, sum), infinite: this.#number(out.infinite, infinite) };
  }

  stationarity(
    out: { readonly residual: MatrixInfo; readonly scale: MatrixInfo },
    x: Operand<JsHandle>,
    numerator: Operand<JsHandle>,
    denominator: Operand<JsHandle>,
    partner: Operand<JsHandle>,
    options: StationarityOptions,
  ): { residual: JsHandle; scale: JsHandle } {
    const [a, n, d] = [this.#dense(x), this.#dense(numerator), this.#dense(denominator)];
    const { residual, scale } = stationarity(a, n, d, this.#dense(partner), options);
    return {
      residual: this.#number(out.residual, residual),
      scale: this.#number(out.scale, scale),
    };
  }

  coordinateSweep(
    out: MatrixInfo,
    x: Operand<JsHandle>,
    gram: Operand<JsHandle>,
    cross: Operand<JsHandle>,
    options: CoordinateSweepOptions,
  ): JsHandle {
    const [a, g, c] = [this.#dense(x), this.#dense(gram), this.#dense(cross)];
    return this.#keep(out, coordinateSweep(out, a, g, c, options));
  }

  sampledMatmul(
    out: MatrixInfo,
    w: Operand<JsHandle>,
    h: Operand<JsHandle>,
    pattern: Operand<JsHandle>,
  ): JsHandle {
    const stored = this.#open(pattern) as HostSparse;
    const entries = sampledMatmul(this.#dense(w), this.#dense(h), stored);
    return this.#keep(out, rounded(out, entries), stored);
  }

  #number(out: MatrixInfo, value: number): JsHandle {
    return this.#keep(out, rounded(out, Float64Array.of(value)));
  }

  #keep(
    { rows, cols }: MatrixInfo,
    values: HostArray,
    pattern?: Pick<HostSparse, "indptr" | "indices">,
  ): JsHandle {
    this.#requireOpen();
    this.#live++;
    if (!pattern) return { matrix: { rows, cols, data: values } };
    // Index arrays never change, so that matrices of one pattern can have them in common.
    const { indptr, indices } = pattern;
    return { matrix: { rows, cols, indptr, indices, values } };
  }

  #open({ handle }: Operand<JsHandle>): HostMatrix {
    this.#requireOpen();
    if (handle.matrix) return handle.matrix;
    throw new NonnegError(
      "NONNEG_DISPOSED",
      'A matrix of backend "js" was used after its release.',
    );
  }

  #dense(operand: Operand<JsHandle>): HostDense {
    return this.#open(operand) as HostDense;
  }

  #divergence({ beta, v, w, h, weights }: DivergenceOperands<JsHandle>): Divergence {
    return {
      beta,
      v: this.#open(v),
      w: this.#dense(w),
      h: this.#dense(h),
      weights: weights && this.#open(weights),
    };
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new NonnegError("NONNEG_DISPOSED", 'Backend "js" was used after it was disposed of.');
  }
}

export function createJsBackend(): JsBackend {
  return new JsBackend();
}
