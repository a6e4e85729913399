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
    // An entry that has to stay is no finite number, and then neither is the sum: one pass for most steps.
    if (Number.isFinite(tf.sum(moved, undefined, true).dataSync()[0])) return moved;
    const usable = tf.logicalAnd(tf.isFinite(moved), tf.notEqual(denominator, 0));
    return tf.where(usable, moved, x);
  });
}
