import { LARGEST, type StationarityOptions } from "@nonneg/core";
import { reduce } from "./reduce.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** Σ x ∘ ∇₊ + max(x, x̄) ∘ (−∇)₊ and Σ x ∘ denominator (`Backend.stationarity`). */
export function stationarity(
  tf: TensorFlow,
  x: Tensor,
  numerator: Tensor,
  denominator: Tensor,
  partner: Tensor,
  { factor, share }: StationarityOptions,
): { residual: Tensor; scale: Tensor } {
  return tf.tidy(() => {
    const [rows, cols] = partner.shape as [number, number];
    const fair = tf.where(
      tf.lessEqual(partner, 0),
      0,
      tf.minimum(tf.div(share, partner), LARGEST.float32),
    );
    const size = tf.maximum(x, tf.reshape(fair, factor === "H" ? [cols, 1] : [1, rows]));
    // At most one of the two products is positive: the one that counts.
    const residual = tf.maximum(
      tf.mul(x, tf.sub(denominator, numerator)),
      tf.mul(size, tf.sub(numerator, denominator)),
    );
    return {
      residual: reduce(tf, "sum", residual, "all"),
      scale: reduce(tf, "sum", tf.mul(x, denominator), "all"),
    };
  });
}
