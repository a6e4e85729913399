/** Problems with a starting point, each made from a short recipe that a counterexample can show. */
import type {
  Dtype,
  Factor,
  HostDense,
  HostMatrix,
  HostSparse,
  OnSimplex,
  Penalty,
} from "@nonneg/core";
import fc from "fast-check";
import { allocate, of, widened } from "../data.js";
import { type Random, randomFrom } from "../random.js";
import { type HostFactors, type HostProblem, lineSums } from "../reference/rules.js";
import type { Subject } from "./subjects.js";

/** V m×n, dense or CSR, and the iterate W m×k, H k×n, all of one dtype. */
export interface Instance {
  readonly beta: number;
  readonly V: HostMatrix;
  /**
   * Weights of a dense V. Those of a CSR V must share its pattern, and only an operation on V
   * gives such a matrix: min(V / unit, 2), exact for a unit that is a power of two.
   */
  readonly weights: HostDense | { readonly unit: number } | undefined;
  readonly penalties?: Readonly<Record<Factor, Penalty>> | undefined;
  /** For a rule whose factors are distributions: what the lines of W and of H sum to. */
  readonly simplex?: OnSimplex | undefined;
  readonly W: HostDense;
  readonly H: HostDense;
}

/** The same in float64, for the reference. */
export function problemOf({ beta, V: given, weights, penalties, simplex }: Instance): HostProblem {
  const V = widened(given);
  if (!weights) return { beta, V, penalties, simplex };
  if (!("unit" in weights)) return { beta, V, penalties, weights: widened(weights) };
  return {
    beta,
    V,
    penalties,
    weights: { ...V, data: V.data.map((v) => Math.min(v / weights.unit, 2)) },
  };
}

export function factorsOf({ W, H }: Pick<Instance, "W" | "H">): HostFactors {
  return { W: widened(W), H: widened(H) };
}

export interface Recipe {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** `zeros`: in V, W and H, single ones and whole rows, columns and components */
  readonly kind: "positive" | "zeros";
  readonly seed: number;
}

const size = { m: fc.integer({ min: 1, max: 9 }), n: fc.integer({ min: 1, max: 9 }) };
const rest = { kind: fc.constantFrom("positive" as const, "zeros" as const), seed: fc.nat() };

/**
 * Small, since a theorem has no tiles: 1×1, k > min(m, n), sizes past a SIMD register. One in three
 * is square all over: shapes do not tell a transpose there.
 */
export const recipes: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ ...size, k: fc.integer({ min: 1, max: 7 }), ...rest }) },
  {
    weight: 1,
    arbitrary: fc
      .record({ k: fc.integer({ min: 2, max: 6 }), ...rest })
      .map((recipe) => ({ m: recipe.k, n: recipe.k, ...recipe })),
  },
);

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

/** V = WH without rounding. */
function exactProduct(W: HostDense, H: HostDense, dtype: Dtype): HostDense {
  return matrix(W.rows, H.cols, dtype, (i, j) => {
    let sum = 0;
    for (let a = 0; a < W.cols; a++) sum += W.data[i * W.cols + a]! * H.data[a * H.cols + j]!;
    return sum;
  });
}

const linesOf = ({ seed }: Recipe): OnSimplex["lines"] => (seed % 2 === 0 ? "columns" : "rows");

/** Distributions: every line of V, W and H sums to one, and has something in it. */
function simplexInstance({ beta, sparse }: Subject, dtype: Dtype, recipe: Recipe): Instance {
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
function exactSimplexInstance({ beta, sparse }: Subject, dtype: Dtype, recipe: Recipe): Instance {
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

/** V rearranged: entry (i, j) of the result is entry `from(i, j)` of V. */
export function rearranged<T extends HostMatrix>(
  V: T,
  rows: number,
  cols: number,
  from: (i: number, j: number) => readonly [number, number],
): T {
  const { data } = widened(V);
  const moved = matrix(rows, cols, dtypeOf(V), (i, j) => {
    const [p, q] = from(i, j);
    return data[p * V.cols + q]!;
  });
  return ("indptr" in V ? compressed(moved) : moved) as T;
}

export function matrix(
  rows: number,
  cols: number,
  dtype: Dtype,
  entry: (i: number, j: number) => number,
): HostDense {
  const data = allocate(rows * cols, dtype);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] = entry(i, j);
  }
  return { rows, cols, data };
}

export function dtypeOf(matrix: HostMatrix): Dtype {
  const data = "indptr" in matrix ? matrix.values : matrix.data;
  return data instanceof Float64Array ? "float64" : "float32";
}

function weightsOf(V: HostDense, weight: (v: number) => number): HostDense {
  return of(V.rows, V.cols, dtypeOf(V), Array.from(V.data, weight));
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** CSR of what is not zero and, where a random stream is given, of one zero in ten. */
function compressed(dense: HostDense, random: Random = () => 1): HostSparse {
  const { rows, cols, data } = dense;
  const indptr = [0];
  const indices: number[] = [];
  const entries: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j]!;
      if (value === 0 && random() >= 0.1) continue;
      indices.push(j);
      entries.push(value);
    }
    indptr.push(indices.length);
  }
  const values = allocate(entries.length, dtypeOf(dense));
  values.set(entries);
  return { rows, cols, indptr: Int32Array.from(indptr), indices: Int32Array.from(indices), values };
}
