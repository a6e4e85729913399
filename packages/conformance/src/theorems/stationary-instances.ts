/** Stationary points that do not fit V, each made from a recipe of its own. */
import type { Dtype } from "@nonneg/core";
import fc from "fast-check";
import { randomFrom } from "../random.js";
import type { Instance } from "./instance.js";
import { compressed, matrix, pick } from "./matrices.js";
import type { Subject } from "./subjects.js";

export interface StationaryRecipe {
  readonly blocks: 1 | 2;
  readonly height: number;
  readonly width: number;
  readonly spread: 1 | 2 | 3;
  readonly seed: number;
}

export const stationaryRecipes: fc.Arbitrary<StationaryRecipe> = fc.record({
  blocks: fc.constantFrom(1, 2),
  height: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: 3 }),
  spread: fc.constantFrom(1, 2, 3),
  seed: fc.nat(),
});

/**
 * A stationary point of every β-divergence that does not fit V: blocks on the diagonal where WH is
 * 16 and V is 16 ± r, with Σ M(V − WH) = 0 along each row and each column of a block. Off the
 * blocks V = WH = 0, and the zeros of W and H there are locked with a gradient ≥ 0. β ≤ 0 takes
 * no zero in V, and so a single block.
 */
export function stationaryInstance(
  { beta, sparse, weighted, rule }: Subject,
  dtype: Dtype,
  { blocks, height, width, spread, seed }: StationaryRecipe,
): Instance {
  const random = randomFrom(seed);
  const k = beta > 0 ? blocks : 1;
  const [rows, cols] = [2 * height, 2 * width];
  const M = matrix(k * rows, k * cols, dtype, () =>
    weighted ? (sparse ? 2 : pick(random, [1, 2, 4])) : 1,
  );
  const V = matrix(k * rows, k * cols, dtype, (i, j) => {
    if (Math.floor(i / rows) !== Math.floor(j / cols)) return 0;
    const sign = (i + j) % 2 === 0 ? 1 : -1;
    return 16 + (sign * 4 * spread) / M.data[i * k * cols + j]!;
  });
  const scale = pick(random, [0.5, 1, 4]);
  const W = matrix(k * rows, k, dtype, (i, a) => (Math.floor(i / rows) === a ? scale : 0));
  const H = matrix(k, k * cols, dtype, (a, j) => (Math.floor(j / cols) === a ? 16 / scale : 0));
  const weights = !weighted ? undefined : sparse ? { unit: 1 } : M;
  const columns = { lines: "columns", W: rows * scale, H: 16 / scale } as const;
  const simplex = rule.onSimplex && columns;
  return { beta, V: sparse ? compressed(V, random) : V, weights, simplex, W, H };
}
