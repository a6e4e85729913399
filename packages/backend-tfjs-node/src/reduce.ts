import type { Axis, ReduceOp } from "@nonneg/core";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** `axis` is the dimension that disappears; the result keeps both, one of them (or both) of size 1. */
export function reduce(tf: TensorFlow, op: ReduceOp, a: Tensor, axis: Axis): Tensor {
  if (axis === "all") return tf.tidy(() => tf.reshape(tf[op](a, undefined, true), [1, 1]));
  if (axis === "cols" || op !== "sum") return tf[op](a, axis === "rows" ? 0 : 1, true);
  return tf.tidy(() => tf.reshape(columnSums(tf, a), [1, a.shape[1]!]));
}

/** Most rows that are added up one after the other. */
const RUN = 64;

/**
 * The sum of each column of r×c, as c×1. TensorFlow adds rows up one after another, and a row's entries by a tree: so
 * rows in runs of equal length first, and of these sums the transpose, which is smaller than that of `a`.
 */
export function columnSums(tf: TensorFlow, a: Tensor): Tensor {
  return tf.tidy(() => {
    const [rows, cols] = a.shape as [number, number];
    let run = Math.min(RUN, rows);
    while (rows % run > 0) run--;
    const sums = tf.sum(tf.reshape(a, [run, (rows / run) * cols]), 0, true);
    return tf.sum(tf.transpose(tf.reshape(sums, [rows / run, cols])), 1, true);
  });
}
