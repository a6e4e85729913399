import type { DivergenceOperands } from "@nonneg/core";
import { matmul } from "./matmul.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** A row block of V, its weights, of W, and of X = WH. */
export interface Block {
  readonly v: Tensor;
  readonly weights: Tensor | undefined;
  readonly w: Tensor;
  readonly x: Tensor;
}

/**
 * Entries of one block of X: 8 MB in float32. What many calls compute from such a block stays in the last cache,
 * while each call (about 5 µs, and the waking of its threads) still has a millisecond of work to do.
 */
export const CACHED_ENTRIES = 2 ** 21;

/**
 * The same where two products and one quotient are all there is: 128 MB. TensorFlow's products gain more from a
 * large block than the quotient loses to memory, so that only what may be allocated bounds it.
 */
export const LARGE_ENTRIES = 2 ** 25;

/** TensorFlow shares memory with a slice of rows only if it starts at a multiple of 64 bytes. */
const ALIGNED_ROWS = 16;

/**
 * Calls `work` for V's row blocks of about `entries` entries, from the top, with X = WH of that block. What `work` makes and does not
 * return is disposed before the next block; what it returns is kept, in order, for the caller's scope.
 */
export function forEachBlock<T extends Tensor | Record<string, Tensor | number>>(
  tf: TensorFlow,
  { v, w, h, weights }: DivergenceOperands<Tensor>,
  entries: number,
  work: (block: Block) => T,
): T[] {
  const size = Math.max(1, Math.round(entries / v.cols / ALIGNED_ROWS)) * ALIGNED_ROWS;
  const results: T[] = [];
  for (let row = 0; row < v.rows; row += size) {
    const rows = Math.min(size, v.rows - row);
    results.push(
      tf.tidy(() => {
        const take = (from: Tensor, cols: number) =>
          rows === v.rows ? from : tf.slice(from, [row, 0], [rows, cols]);
        const wBlock = take(w.handle, w.cols);
        return work({
          v: take(v.handle, v.cols),
          weights: weights && take(weights.handle, v.cols),
          w: wBlock,
          x: matmul(tf, wBlock, h.handle),
        });
      }),
    );
  }
  return results;
}

/** Their sum, pairwise, so that rounding errors grow with the logarithm of their number. */
export function sumOf(tf: TensorFlow, parts: readonly Tensor[]): Tensor {
  let rest = [...parts];
  while (rest.length > 1) {
    const next: Tensor[] = [];
    for (let i = 0; i < rest.length; i += 2) {
      const [a, b] = [rest[i]!, rest[i + 1]];
      next.push(b ? tf.add(a, b) : a);
    }
    rest = next;
  }
  return rest[0]!;
}
