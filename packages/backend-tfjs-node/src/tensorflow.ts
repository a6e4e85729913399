/**
 * What this package uses of TensorFlow.js, typed here because @tensorflow/tfjs-node is an optional
 * peer: it may be absent when this package is compiled, installed and imported.
 */

/** An immutable tensor held by TensorFlow until `dispose`. */
export interface Tensor {
  readonly shape: readonly number[];
  dispose(): void;
  data(): Promise<Float32Array>;
  dataSync(): Float32Array;
}

type Shape = readonly [number, number];
/** Either a tensor or a number, which TensorFlow.js turns into a float32 scalar. */
export type Value = Tensor | number;
type Unary = (x: Value) => Tensor;
type Binary = (a: Value, b: Value) => Tensor;
/** Without `axis`, over both dimensions. */
type Reduction = (x: Tensor, axis: 0 | 1 | undefined, keepDims: true) => Tensor;

export interface TensorFlow {
  readonly version: Readonly<Record<string, string>>;
  readonly abs: Unary;
  readonly exp: Unary;
  readonly expm1: Unary;
  readonly isFinite: Unary;
  readonly isInf: Unary;
  readonly log: Unary;
  readonly log1p: Unary;
  readonly neg: Unary;
  readonly sqrt: Unary;
  readonly square: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly minimum: Binary;
  readonly maximum: Binary;
  readonly pow: Binary;
  readonly equal: Binary;
  readonly notEqual: Binary;
  readonly greater: Binary;
  readonly lessEqual: Binary;
  readonly logicalAnd: Binary;
  readonly squaredDifference: Binary;
  readonly sum: Reduction;
  readonly min: Reduction;
  readonly max: Reduction;
  where(condition: Tensor, a: Value, b: Value): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  transpose(x: Tensor): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  slice(x: Tensor, begin: Shape, size: Shape): Tensor;
  concat(parts: readonly Tensor[], axis: 0): Tensor;
  cast(x: Tensor, dtype: "float32"): Tensor;
  broadcastTo(x: Tensor, shape: Shape): Tensor;
  tensor2d(values: Float32Array, shape: Shape): Tensor;
  /** Runs `work` and disposes every tensor it made but the ones it returns, also when it throws. */
  tidy<T extends Tensor | Record<string, Tensor | number>>(work: () => T): T;
  memory(): { readonly numTensors: number };
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  findBackend(name: "tensorflow"): NativeBackend;
}

/** The class behind the name "tensorflow": kernels that run in libtensorflow. */
export interface NativeBackend {
  readonly binding: {
    readonly TF_Version: string;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_FLOAT: number;
  };
  /** a / b, and 0 where b is 0: one kernel, where `tf.divNoNan` composes four. */
  divNoNan(a: Tensor, b: Tensor): Tensor;
  /** An operation of TensorFlow by its own name, for those that TensorFlow.js has no function for. */
  executeSingleOutput(
    name: "MatMul" | "Xlog1py",
    attributes: readonly { name: string; type: number; value: number | boolean }[],
    inputs: readonly Tensor[],
  ): Tensor;
}
