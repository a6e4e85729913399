import type { ElementwiseOp, MatrixInfo } from "@nonneg/core";
import type { Tensor, TensorFlow, Value } from "./tensorflow.js";

/** The op on each entry of operands that broadcast against each other, as a tensor of out's shape. */
export function elementwise(
  tf: TensorFlow,
  out: MatrixInfo,
  op: ElementwiseOp,
  operands: readonly Value[],
): Tensor {
  return tf.tidy(() => {
    const result = apply(tf, op, operands);
    const [rows, cols] = result.shape;
    // Numbers alone, or operands that are all smaller than the output.
    return rows === out.rows && cols === out.cols
      ? result
      : tf.broadcastTo(result, [out.rows, out.cols]);
  });
}

function apply(tf: TensorFlow, op: ElementwiseOp, operands: readonly Value[]): Tensor {
  // Linalg hands over as many operands as the op has.
  const [a, b, c] = operands as [Value, Value, Value];
  switch (op) {
    case "sqrt":
    case "abs":
    case "exp":
    case "log":
    case "log1p":
    case "expm1":
      return tf[op](a);
    case "add":
    case "sub":
    case "mul":
    case "div":
      return tf[op](a, b);
    case "min":
      return tf.minimum(a, b);
    case "max":
      return tf.maximum(a, b);
    case "pow":
      return power(tf, a, b);
    case "lessEqual":
    case "equal":
      return tf.cast(tf[op](a, b), "float32");
    case "select":
      return tf.where(tf.notEqual(a, 0), b, c);
  }
}

/** aᵇ, by cheaper operations that are at least as exact where they exist: `tf.pow` takes 6 ns an entry. */
export function power(tf: TensorFlow, a: Value, b: Value): Tensor {
  switch (b) {
    case 2:
      return tf.square(a);
    case 1:
      return tf.mul(a, 1);
    case 0.5:
      return tf.sqrt(a);
    case -0.5:
      return tf.div(1, tf.sqrt(a));
    case -1:
      return tf.div(1, a);
    default:
      return tf.pow(a, b);
  }
}
