import { matmul } from "./matmul.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/**
 * AᵀA (side "AtA") or AAᵀ. TensorFlow's product of a matrix with itself is symmetric up to rounding
 * only; the mean with its transpose is exactly so, a + b being b + a.
 */
export function gram(tf: TensorFlow, a: Tensor, side: "AtA" | "AAt"): Tensor {
  return tf.tidy(() => {
    const product = matmul(tf, a, a, side === "AtA", side === "AAt");
    return tf.add(tf.mul(product, 0.5), tf.mul(tf.transpose(product), 0.5));
  });
}
