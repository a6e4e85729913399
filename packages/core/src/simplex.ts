/** Distributions: matrices whose columns, or rows, sum to one. */
import type { Factor, HostArray } from "./backend.js";
import { NonnegError } from "./errors.js";
import { type HostDense, type HostMatrix, isSparse } from "./host-matrix.js";

/** Which lines of V, W and H are distributions. */
export type Simplex = "columns" | "rows";

/** The held factor of a PLSA is used as it is, and has to be this near to distributions. */
const TOLERANCE = 1e-4;

/** V with each line divided by its sum. @throws NonnegError NONNEG_INVALID_INPUT where one is all zero */
export function distributions(V: HostMatrix, simplex: Simplex): HostMatrix {
  const empty = (line: number) =>
    new NonnegError(
      "NONNEG_INVALID_INPUT",
      `V has nothing in ${simplex === "columns" ? "column" : "row"} ${line}, which cannot be made to sum to one. Leave it out.`,
    );
  return scaledLines(V, simplex, 1, empty);
}

/** A factor with each line scaled to sum to `total`; a line of zeros becomes uniform. */
export function startOnSimplex(factor: HostDense, simplex: Simplex, total: number): HostDense {
  const { line, sums } = linesOf(factor, simplex);
  const data = factor.data.map((x, p) => (sums[line[p]!]! > 0 ? x : 1));
  return scaledLines({ ...factor, data }, simplex, total) as HostDense;
}

/** @throws NonnegError NONNEG_OPTION where a line of the factor to hold does not sum to `total` */
export function requireOnSimplex(
  held: HostDense,
  what: Factor,
  simplex: Simplex,
  total: number,
): void {
  const { sums, largest } = linesOf(held, simplex);
  sums.forEach((sum, line) => {
    const found = (largest[line]! * sum) / total;
    if (Math.abs(found - 1) <= TOLERANCE) return;
    throw new NonnegError(
      "NONNEG_OPTION",
      `The ${what} to hold has a sum of ${found} in ${simplex.slice(0, -1)} ${line}: expected 1, as in what algorithm "plsa" gives.`,
    );
  });
}

function scaledLines(
  matrix: HostMatrix,
  simplex: Simplex,
  total: number,
  empty?: (line: number) => NonnegError,
): HostMatrix {
  const { line, sums, largest } = linesOf(matrix, simplex);
  const nothing = sums.indexOf(0);
  if (empty && nothing >= 0) throw empty(nothing);
  const values = valuesOf(matrix).map((x, p) => {
    const l = line[p]!;
    return ((x / largest[l]!) * total) / sums[l]!;
  });
  return isSparse(matrix) ? { ...matrix, values } : { ...matrix, data: values };
}

/** The line of each value; the largest value of each line, and its sum over that: none overflows. */
function linesOf(matrix: HostMatrix, simplex: Simplex) {
  const values = valuesOf(matrix);
  const line = new Int32Array(values.length);
  for (let i = 0; i < matrix.rows; i++) {
    const [begin, end] = isSparse(matrix)
      ? [matrix.indptr[i]!, matrix.indptr[i + 1]!]
      : [i * matrix.cols, (i + 1) * matrix.cols];
    for (let p = begin; p < end; p++) {
      const column = isSparse(matrix) ? matrix.indices[p]! : p - begin;
      line[p] = simplex === "columns" ? column : i;
    }
  }
  const count = simplex === "columns" ? matrix.cols : matrix.rows;
  const largest = new Float64Array(count);
  const sums = new Float64Array(count);
  values.forEach((x, p) => (largest[line[p]!] = Math.max(largest[line[p]!]!, x)));
  values.forEach((x, p) => (sums[line[p]!]! += x > 0 ? x / largest[line[p]!]! : 0));
  return { line, sums, largest };
}

const valuesOf = (matrix: HostMatrix): HostArray =>
  isSparse(matrix) ? matrix.values : matrix.data;
