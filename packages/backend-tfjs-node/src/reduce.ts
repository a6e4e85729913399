import type { Axis, ReduceOp } from "@nonneg/core";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** `axis` is the dimension that disappears; the result keeps both, one of them (or both) of size 1. */
export function reduce(tf: TensorFlow, op: ReduceOp, a: Tensor, axis: Axis): Tensor {
  if (axis === "all") return tf.tidy(() => tf.reshape(tf[op](a, undefined, true), [1, 1]));
  if (axis === "cols" || op !== "sum") return tf[op](a, axis === "rows" ? 0 : 1, true);
  return sumOfRows(tf, a);
}

/** Rows that are added up one after the other. */
const RUN = 32;

/**
 * TensorFlow adds rows up one after another, and a row's entries by a tree. So the sums of `RUN` rows each, and of
 * these (and the rows that are left) the transpose, which is small.
 */
function sumOfRows(tf: TensorFlow, a: Tensor): Tensor {
  return tf.tidy(() => {
    const [rows, cols] = a.shape as [number, number];
    const sums = Math.floor(rows / RUN);
    const left = rows - sums * RUN;
    const parts: Tensor[] = [];
    if (sums > 0) {
      const slabs = tf.reshape(tf.slice(a, [0, 0], [sums * RUN, cols]), [RUN, sums * cols]);
      parts.push(tf.reshape(tf.sum(slabs, 0, true), [sums, cols]));
    }
    if (left > 0) parts.push(tf.slice(a, [sums * RUN, 0], [left, cols]));
    const partial = parts.length === 1 ? parts[0]! : tf.concat(parts, 0);
    return tf.reshape(tf.sum(tf.transpose(partial), 1, true), [1, cols]);
  });
}
