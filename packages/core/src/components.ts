/** What is said of components after a fit, and how they are handed over. */
import type { Factor } from "./backend.js";
import { NonnegError } from "./errors.js";
import type { HostDense } from "./host-matrix.js";

interface Factors {
  /** m×k */
  readonly W: HostDense;
  /** k×n */
  readonly H: HostDense;
}

/** f of each component: of each column of W, or row of H, one at a time. */
function ofEach(matrix: HostDense, factor: Factor, f: (vector: Float64Array) => number): number[] {
  const { rows, cols, data } = matrix;
  const [count, length] = factor === "W" ? [cols, rows] : [rows, cols];
  const [first, step] = factor === "W" ? [1, cols] : [cols, 1];
  const vector = new Float64Array(length);
  return Array.from({ length: count }, (_, a) => {
    for (let p = 0; p < length; p++) vector[p] = data[a * first + p * step]!;
    return f(vector);
  });
}

function sum(vector: Float64Array): number {
  let total = 0;
  for (let p = 0; p < vector.length; p++) total += vector[p]!;
  return total;
}

/** The share of each component in Σ WH = Σ_a (Σ_i W_ia)(Σ_j H_aj); all 0 where WH is 0. */
export function contributionsOf({ W, H }: Factors): number[] {
  const rows = ofEach(H, "H", sum);
  const parts = ofEach(W, "W", sum).map((column, a) => column * rows[a]!);
  const total = parts.reduce((all, part) => all + part, 0);
  return parts.map((part) => (total > 0 ? part / total : 0));
}

/**
 * Sparseness of the columns of W, or the rows of H, on average: 0 where all entries are the same,
 * 1 where only one is not zero. Vectors of zeros, and of one entry, have none: they are left out,
 * and it is 0 where no others are left.
 * P. O. Hoyer, Non-negative matrix factorization with sparseness constraints, JMLR 5 (2004).
 */
export function sparsenessOf(matrix: HostDense, factor: Factor): number {
  const known = ofEach(matrix, factor, hoyer).filter((x) => !Number.isNaN(x));
  return known.length > 0 ? known.reduce((total, x) => total + x, 0) / known.length : 0;
}

/** (√n − ‖x‖₁/‖x‖₂) / (√n − 1), NaN where it is 0/0. */
function hoyer(vector: Float64Array): number {
  let largest = 0;
  for (let p = 0; p < vector.length; p++) largest = Math.max(largest, vector[p]!);
  if (largest === 0 || vector.length === 1) return NaN;
  let total = 0;
  let squares = 0;
  for (let p = 0; p < vector.length; p++) {
    const x = vector[p]! / largest;
    total += x;
    squares += x * x;
  }
  const ratio = total / Math.sqrt(squares);
  const root = Math.sqrt(vector.length);
  // Rounding alone could leave [0, 1].
  return Math.min(1, Math.max(0, (root - ratio) / (root - 1)));
}

/** The components in another order: `order[a]` becomes component a. */
export function reordered({ W, H }: Factors, order: readonly number[]): Factors {
  const rank = order.length;
  return {
    W: { ...W, data: W.data.map((_, p) => W.data[p - (p % rank) + order[p % rank]!]!) },
    H: {
      ...H,
      data: H.data.map((_, p) => H.data[order[Math.floor(p / H.cols)]! * H.cols + (p % H.cols)]!),
    },
  };
}

/**
 * The same product with the vectors of one factor summing to one: the columns of W, or the rows of
 * H. The other takes the scale. A vector of zeros stays.
 * @throws NonnegError NONNEG_NOT_FINITE where the other factor cannot hold the scale in its dtype
 */
export function normalized({ W, H }: Factors, factor: Factor): Factors {
  const sums = ofEach(factor === "W" ? W : H, factor, sum).map((total) => (total > 0 ? total : 1));
  const scale = (matrix: HostDense, by: (total: number, x: number) => number, ofW: boolean) => ({
    ...matrix,
    data: matrix.data.map((x, p) =>
      by(sums[ofW ? p % matrix.cols : Math.floor(p / matrix.cols)]!, x),
    ),
  });
  const divide = (total: number, x: number) => x / total;
  const multiply = (total: number, x: number) => x * total;
  const result = {
    W: scale(W, factor === "W" ? divide : multiply, true),
    H: scale(H, factor === "H" ? divide : multiply, false),
  };
  const other = factor === "W" ? result.H : result.W;
  if (other.data.includes(Infinity)) {
    throw new NonnegError(
      "NONNEG_NOT_FINITE",
      `With ${factor} normalised the other factor holds numbers too large for its dtype: leave normalize out, use float64, or rescale the data.`,
    );
  }
  return result;
}
