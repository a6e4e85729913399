import type { Axis, ReduceOp } from "@nonneg/core";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** `axis` is the dimension that disappears; the result keeps both, one of them (or both) of size 1. */
export function reduce(tf: TensorFlow, op: ReduceOp, a: Tensor, axis: Axis): Tensor {
  if (axis === "all") return tf.tidy(() => tf.reshape(tf[op](a, undefined, true), [1, 1]));
  if (axis === "cols" || op !== "sum") return tf[op](a, axis === "rows" ? 0 : 1, true);
  // TensorFlow adds rows up one after another, and a row's entries by a tree.
  return tf.tidy(() => tf.reshape(tf.sum(tf.transpose(a), 1, true), [1, a.shape[1]!]));
}
