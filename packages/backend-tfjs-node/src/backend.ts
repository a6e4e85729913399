import {
  type Axis,
  type Backend,
  type BackendDescription,
  type Capabilities,
  type DivergenceOperands,
  type ElementwiseOp,
  type Factor,
  type HostArray,
  type HostCsr,
  type MatmulOptions,
  type MatrixInfo,
  NonnegError,
  type Operand,
  type ReduceOp,
  type StationarityOptions,
} from "@nonneg/core";
import { calling } from "./calling.js";
import { divergence } from "./divergence.js";
import { divergenceTerms } from "./divergence-terms.js";
import { elementwise } from "./elementwise.js";
import { gram } from "./gram.js";
import { matmul } from "./matmul.js";
import { reduce } from "./reduce.js";
import { scaleByRatio } from "./scale-by-ratio.js";
import { stationarity } from "./stationarity.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** TensorFlow flushes results below the smallest normal float32 to zero. */
const SMALLEST_NORMAL = 2 ** -126;
const within = (ulps: number) => ({ ulps, absolute: SMALLEST_NORMAL });

export const capabilities: Capabilities = {
  dtypes: ["float32"],
  sparse: false,
  // Threads share out a product's inner dimension and a sum's terms by their number.
  deterministic: false,
  subnormals: false,
  // Eigen, on which TensorFlow stands, indexes with 32 bits in places.
  maxElements: 2 ** 31 - 1,
  // Twice the worst that 4 million random arguments for each range of exponents showed (TensorFlow 2.15).
  accuracy: {
    div: within(2),
    sqrt: within(2),
    pow: within(4),
    exp: within(4),
    log: within(10),
    log1p: within(10),
    expm1: within(12),
  },
};

/** Eager TensorFlow on the CPU: a handle is a tensor of shape [rows, cols] that stays in TensorFlow. */
export class TfjsNodeBackend implements Backend<Tensor> {
  readonly apiVersion = 1;
  readonly name = "tfjs-node";
  readonly description: BackendDescription;
  readonly capabilities = capabilities;
  readonly #tf: TensorFlow;

  constructor(tf: TensorFlow, description: BackendDescription) {
    this.#tf = tf;
    this.description = description;
  }

  upload(out: MatrixInfo, data: HostArray | HostCsr): Tensor {
    if (!(data instanceof Float32Array)) {
      throw new NonnegError(
        "NONNEG_UNSUPPORTED",
        `Backend "${this.name}" takes dense float32 matrices only, not ${out.format} ${out.dtype}, and densifies ` +
          "nothing unasked. Choose a backend that has them (js, wasm, blas), or pass a dense float32 matrix.",
      );
    }
    // TensorFlow works on the array that it is given: the copy is ours to leave unchanged.
    return calling(() => this.#tf.tensor2d(data.slice(), [out.rows, out.cols]));
  }

  async download(operands: readonly Operand<Tensor>[]): Promise<HostArray[]> {
    // Until its first use, a tensor's data is the very array it was uploaded from.
    return Promise.all(operands.map(async ({ handle }) => (await handle.data()).slice()));
  }

  release(handle: Tensor): void {
    handle.dispose();
  }

  /** TensorFlow's eager operations on the CPU are done when they return. */
  async sync(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  matmul(_out: MatrixInfo, a: Operand<Tensor>, b: Operand<Tensor>, options: MatmulOptions): Tensor {
    return calling(() => matmul(this.#tf, a.handle, b.handle, options.transA, options.transB));
  }

  elementwise(
    out: MatrixInfo,
    op: ElementwiseOp,
    operands: readonly (Operand<Tensor> | number)[],
  ): Tensor {
    const values = operands.map((operand) =>
      typeof operand === "number" ? operand : operand.handle,
    );
    return calling(() => elementwise(this.#tf, out, op, values));
  }

  reduce(_out: MatrixInfo, op: ReduceOp, a: Operand<Tensor>, axis: Axis): Tensor {
    return calling(() => reduce(this.#tf, op, a.handle, axis));
  }

  gram(_out: MatrixInfo, a: Operand<Tensor>, side: "AtA" | "AAt"): Tensor {
    return calling(() => gram(this.#tf, a.handle, side));
  }

  scaleByRatio(
    _out: MatrixInfo,
    x: Operand<Tensor>,
    numerator: Operand<Tensor>,
    denominator: Operand<Tensor>,
    exponent: number,
  ): Tensor {
    return calling(() =>
      scaleByRatio(this.#tf, x.handle, numerator.handle, denominator.handle, exponent),
    );
  }

  divergenceTerms(
    _out: unknown,
    operands: DivergenceOperands<Tensor>,
    factor: Factor,
  ): { numerator: Tensor; denominator: Tensor } {
    return calling(() => divergenceTerms(this.#tf, operands, factor));
  }

  divergence(
    _out: unknown,
    operands: DivergenceOperands<Tensor>,
  ): { sum: Tensor; infinite: Tensor } {
    return calling(() => divergence(this.#tf, operands));
  }

  stationarity(
    _out: unknown,
    x: Operand<Tensor>,
    numerator: Operand<Tensor>,
    denominator: Operand<Tensor>,
    partner: Operand<Tensor>,
    options: StationarityOptions,
  ): { residual: Tensor; scale: Tensor } {
    return calling(() =>
      stationarity(
        this.#tf,
        x.handle,
        numerator.handle,
        denominator.handle,
        partner.handle,
        options,
      ),
    );
  }
}
