/** Instances for rules whose factors are distributions: every line of W and of H sums to one number. */
import type { Dtype, OnSimplex } from "@nonneg/core";
import { widened } from "../data.js";
import { randomFrom } from "../random.js";
import { lineSums } from "../reference/rules.js";
import type { Instance, Recipe } from "./instance.js";
import { compressed, exactProduct, matrix } from "./matrices.js";
import type { Subject } from "./subjects.js";

const linesOf = ({ seed }: Recipe): OnSimplex["lines"] => (seed % 2 === 0 ? "columns" : "rows");

/** Distributions: every line of V, W and H sums to one, and has something in it. */
export function simplexInstance({ beta, sparse }: Subject, dtype: Dtype, recipe: Recipe): Instance {
  const { m, n, k, kind, seed } = recipe;
  const random = randomFrom(seed);
  const lines = linesOf(recipe);
  const fill = (rows: number, cols: number, density: number) => {
    const raw = matrix(rows, cols, "float64", () =>
      random() > density ? 0 : 2 ** (4 * random() - 2),
    );
    const line = (i: number, j: number) => (lines === "columns" ? j : i);
    const sums = lineSums(widened(raw), lines);
    const count = lines === "columns" ? rows : cols;
    return matrix(rows, cols, dtype, (i, j) => {
      const sum = sums[line(i, j)]!;
      return sum > 0 ? raw.data[i * cols + j]! / sum : 1 / count;
    });
  };
  const density = kind === "zeros" ? 0.7 : 1;
  const V = fill(m, n, sparse ? 0.6 : density);
  return {
    beta,
    V: sparse ? compressed(V, random) : V,
    weights: undefined,
    simplex: { lines, W: 1, H: 1 },
    W: fill(m, k, density),
    H: fill(k, n, density),
  };
}

/** V = WH without rounding, each line of W one sequence of integers turned, and each of H another. */
export function exactSimplexInstance(
  { beta, sparse }: Subject,
  dtype: Dtype,
  recipe: Recipe,
): Instance {
  const { m, n, k, seed } = recipe;
  const random = randomFrom(seed);
  const lines = linesOf(recipe);
  const turned = (rows: number, cols: number) => {
    const [length, count] = lines === "columns" ? [rows, cols] : [cols, rows];
    const sequence = Array.from({ length }, () => 1 + Math.floor(3 * random()));
    const turns = Array.from({ length: count }, () => Math.floor(length * random()));
    const total = sequence.reduce((sum, x) => sum + x, 0);
    const factor = matrix(rows, cols, dtype, (i, j) => {
      const [along, line] = lines === "columns" ? [i, j] : [j, i];
      return sequence[(along + turns[line]!) % length]!;
    });
    return { factor, total };
  };
  const [W, H] = [turned(m, k), turned(k, n)];
  const V = exactProduct(W.factor, H.factor, dtype);
  return {
    beta,
    V: sparse ? compressed(V, random) : V,
    weights: undefined,
    simplex: { lines, W: W.total, H: H.total },
    W: W.factor,
    H: H.factor,
  };
}
