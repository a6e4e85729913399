/**
 * The program that proves an installation: loads TensorFlow from the directory named, multiplies, and compares
 * with a product in plain JavaScript. A process of its own, because a native library can crash.
 * Prints TensorFlow's version; exits with an error otherwise.
 */
import { argv, stdout } from "node:process";
import { loadTensorFlow } from "../load.js";

const rows = 131;
const inner = 257;
const cols = 67;

/** Small whole numbers: every product and sum of them is exact in float32, in any order. */
const whole = (length: number, factor: number) =>
  Float32Array.from({ length }, (_, i) => (i * factor) % 16);

const { tf, tensorflow } = loadTensorFlow({ library: argv[2]! });
const a = whole(rows * inner, 7);
const b = whole(inner * cols, 11);
const product = tf.matMul(tf.tensor2d(a, [rows, inner]), tf.tensor2d(b, [inner, cols]));
const computed = await product.data();

for (let i = 0; i < rows; i++) {
  for (let j = 0; j < cols; j++) {
    let expected = 0;
    for (let p = 0; p < inner; p++) expected += a[i * inner + p]! * b[p * cols + j]!;
    const got = computed[i * cols + j];
    if (got !== expected) {
      throw new Error(
        `TensorFlow ${tensorflow} multiplies wrongly: entry (${i}, ${j}) is ${got}, not ${expected}`,
      );
    }
  }
}
stdout.write(tensorflow);
