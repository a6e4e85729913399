import { power } from "./elementwise.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** x ∘ (numerator ⊘ denominator)^exponent, and x where the denominator is 0 or the result is not finite. */
export function scaleByRatio(
  tf: TensorFlow,
  x: Tensor,
  numerator: Tensor,
  denominator: Tensor,
  exponent: number,
): Tensor {
  return tf.tidy(() => {
    const ratio = tf.div(numerator, denominator);
    const moved = tf.mul(x, exponent === 1 ? ratio : power(tf, ratio, exponent));
    // Nothing here is negative: the sum is finite only where every entry is. Over a denominator of 0 none is.
    if (Number.isFinite(tf.sum(moved, undefined, true).dataSync()[0])) return moved;
    return tf.where(tf.isFinite(moved), moved, x);
  });
}
