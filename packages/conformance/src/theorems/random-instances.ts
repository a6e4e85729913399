/** Problems with a starting point, each made from a recipe: random ones, and ones that WH fits exactly. */
import type { Dtype, Penalty } from "@nonneg/core";
import { randomFrom } from "../random.js";
import type { Instance, Recipe } from "./instance.js";
import { compressed, exactProduct, matrix, pick, weightsOf } from "./matrices.js";
import { exactSimplexInstance, simplexInstance } from "./simplex-instances.js";
import type { Subject } from "./subjects.js";

/** One so strong that a step sized for the cost alone goes too far. */
const penalties: readonly Penalty[] = [
  { l1: 0.5, l2: 0 },
  { l1: 0, l2: 0.25 },
  { l1: 1, l2: 16 },
];

export function randomInstance(subject: Subject, dtype: Dtype, recipe: Recipe): Instance {
  const { beta, sparse, weighted, penalised, rule } = subject;
  const { m, n, k, kind, seed } = recipe;
  if (rule.onSimplex) return simplexInstance(subject, dtype, recipe);
  const random = randomFrom(seed);
  const positive = () => 2 ** (4 * random() - 2);
  const zeroing = kind === "zeros";
  const fill = (
    rows: number,
    cols: number,
    zeroed: boolean,
    scale = 1,
    density = zeroed ? 0.7 : 1,
  ) => {
    const line = () => zeroed && random() < 0.15;
    const emptyRow = Array.from({ length: rows }, line);
    const emptyCol = Array.from({ length: cols }, line);
    return matrix(rows, cols, dtype, (i, j) => {
      const value = scale * positive();
      return emptyRow[i]! || emptyCol[j]! || random() > density ? 0 : value;
    });
  };
  // Far below WH, near it and above: a fit has to shrink, and to grow.
  const level = pick(random, [0.25, 2, 32]);
  // β ≤ 0 takes no observed zero: only where its weight is zero too.
  const V = fill(m, n, zeroing && (beta > 0 || weighted), level, sparse ? 0.6 : undefined);
  const W = fill(m, k, zeroing);
  const H = fill(k, n, zeroing);
  const penalty = () => pick(random, penalties);
  return {
    beta,
    V: sparse ? compressed(V, random) : V,
    weights: weigh(),
    penalties: penalised ? { W: penalty(), H: penalty() } : undefined,
    W,
    H,
  };

  function weigh(): Instance["weights"] {
    if (!weighted) return undefined;
    if (sparse) return { unit: 1 };
    return weightsOf(V, (v) => {
      const weight = random() < 0.3 ? positive() : pick(random, [0, 0.5, 1, 2]);
      return v === 0 && beta <= 0 ? 0 : weight;
    });
  }
}

/**
 * V = WH without rounding: factors of small integers. `independent` gives W columns and H rows that
 * are linearly independent, so that they are the only exact solution with the other held.
 */
export function exactInstance(
  subject: Subject,
  dtype: Dtype,
  recipe: Recipe,
  independent: boolean,
): Instance {
  const { beta, sparse, weighted, rule } = subject;
  const { m, n, k: rank, kind, seed } = recipe;
  if (rule.onSimplex) return exactSimplexInstance(subject, dtype, recipe);
  const random = randomFrom(seed);
  const k = independent ? Math.min(rank, m, n) : rank;
  const smallest = kind === "zeros" && beta > 0 ? 0 : 1;
  const integer = () => smallest + Math.floor(random() * (4 - smallest));
  // 1 1ᵀ + 3 I has full rank, and so has what contains it.
  const entry = (i: number, a: number) => (i < k && independent ? (i === a ? 4 : 1) : integer());
  const W = matrix(m, k, dtype, (i, a) => entry(i, a));
  const H = matrix(k, n, dtype, (a, j) => entry(j, a));
  const V = exactProduct(W, H, dtype);
  const weights = !weighted
    ? undefined
    : sparse
      ? { unit: 1 }
      : weightsOf(V, () => pick(random, [0, 0.5, 1, 2]));
  return { beta, V: sparse ? compressed(V, random) : V, weights, W, H };
}
