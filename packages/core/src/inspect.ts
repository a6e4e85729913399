import { NonnegError } from "./errors.js";
import { type HostDense, type HostMatrix, isSparse } from "./host-matrix.js";
import { checkShape, show } from "./shape.js";

/** What one pass over a host matrix tells. */
export interface Statistics {
  /** over all entries, the implicit zeros of CSR among them */
  readonly mean: number;
  readonly max: number;
  /** Frobenius norm ‖V‖_F */
  readonly norm: number;
  /** ‖V − mean V‖_F; exactly 0 for a constant V */
  readonly spread: number;
}

/**
 * Checks that a host matrix is well formed, finite and nonnegative, and measures it. Sums are
 * taken relative to the largest entry, so that they neither overflow nor vanish.
 * @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_INVALID_INPUT, NONNEG_NEGATIVE_INPUT, NONNEG_NOT_FINITE
 */
export function inspect(what: string, matrix: HostMatrix): Statistics {
  checkShape(what, matrix);
  if (isSparse(matrix)) checkStructure(what, matrix);
  else if (matrix.data.length !== matrix.rows * matrix.cols) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      `${what} is ${show(matrix)} but has ${matrix.data.length} values: expected ${matrix.rows * matrix.cols}.`,
    );
  }
  const values = isSparse(matrix) ? matrix.values : matrix.data;
  let max = 0;
  for (let p = 0; p < values.length; p++) {
    const value = values[p]!;
    if (!(value >= 0 && value < Infinity)) throw badEntry(what, matrix, p, value);
    if (value > max) max = value;
  }
  if (max === 0) return { mean: 0, max: 0, norm: 0, spread: 0 };
  const unit = 2 ** exponentOf(max);
  const entries = matrix.rows * matrix.cols;
  // Σ (v − mean)² from differences to one of the entries: nothing cancels where all are close to each other.
  const shift = values.length < entries ? 0 : values[0]! / unit;
  let sum = 0;
  let squares = 0;
  let differences = 0;
  let differenceSquares = 0;
  // Row sums first: the error of a plain sum grows with its length.
  for (let start = 0; start < values.length; start += 1024) {
    let partSum = 0;
    let partSquares = 0;
    let partDifferences = 0;
    let partDifferenceSquares = 0;
    const end = Math.min(start + 1024, values.length);
    for (let p = start; p < end; p++) {
      const value = values[p]! / unit;
      partSum += value;
      partSquares += value * value;
      const difference = value - shift;
      partDifferences += difference;
      partDifferenceSquares += difference * difference;
    }
    sum += partSum;
    squares += partSquares;
    differences += partDifferences;
    differenceSquares += partDifferenceSquares;
  }
  return {
    mean: (sum / entries) * unit,
    max,
    norm: Math.sqrt(squares) * unit,
    spread: Math.sqrt(Math.max(0, differenceSquares - differences ** 2 / entries)) * unit,
  };
}

/**
 * @param weights those of V's entries, in the order of its values; what weighs 0 is not observed
 * @param held what an entry becomes on the backend
 * @throws NonnegError NONNEG_ZERO_INPUT where β ≤ 0 and an observed entry of V is zero: its divergence is infinite
 */
export function requirePositive(
  matrix: HostMatrix,
  beta: number,
  weights?: HostMatrix | "stored",
  held: (x: number) => number = (x) => x,
): void {
  if (beta > 0) return;
  const implicit = !weights && isSparse(matrix) && matrix.values.length < matrix.rows * matrix.cols;
  const values = isSparse(matrix) ? matrix.values : matrix.data;
  const weigh =
    weights && weights !== "stored"
      ? isSparse(weights)
        ? weights.values
        : weights.data
      : undefined;
  const at = values.findIndex((value, p) => held(value) === 0 && weigh?.[p] !== 0);
  if (at < 0 && !implicit) return;
  const where = at < 0 ? "entries that are not stored" : place(matrix, at);
  throw new NonnegError(
    "NONNEG_ZERO_INPUT",
    `V is zero at ${where}, and the β-divergence with β = ${beta} of a zero is infinite. ` +
      "Use β > 0 (kullback-leibler, euclidean), or shift the data above zero.",
  );
}

/** The exponent e with 2^e ≤ x < 2^(e+1), for a positive finite x. */
export function exponentOf(x: number): number {
  let exponent = Math.floor(Math.log2(x));
  while (exponent < 1023 && 2 ** (exponent + 1) <= x) exponent++;
  while (exponent > -1074 && 2 ** exponent > x) exponent--;
  return exponent;
}

function place(matrix: HostMatrix, p: number): string {
  let row = Math.floor(p / matrix.cols);
  let column = p % matrix.cols;
  if (isSparse(matrix)) {
    row = matrix.indptr.findIndex((start) => start > p) - 1;
    column = matrix.indices[p]!;
  }
  return `row ${row}, column ${column} (counted from 0)`;
}

function badEntry(what: string, matrix: HostMatrix, p: number, value: number): NonnegError {
  const where = `${what} has ${value} at ${place(matrix, p)}`;
  return value < 0 && value > -Infinity
    ? new NonnegError(
        "NONNEG_NEGATIVE_INPUT",
        `${where}. Every entry must be nonnegative: shift, clip or rescale the data.`,
      )
    : new NonnegError(
        "NONNEG_NOT_FINITE",
        `${where}. Every entry must be a finite number: remove or fill in what is missing. ` +
          'A missing entry is never read as a zero: mark it as NaN and say missing "nan" (--missing nan).',
      );
}

function checkStructure(what: string, matrix: Extract<HostMatrix, { indptr: Int32Array }>): void {
  const { rows, cols, indptr, indices, values } = matrix;
  const broken = (why: string) =>
    new NonnegError(
      "NONNEG_INVALID_INPUT",
      `${what} is no valid CSR matrix of ${show(matrix)}: ${why}.`,
    );
  if (indptr.length !== rows + 1)
    throw broken(`indptr has ${indptr.length} entries, expected ${rows + 1}`);
  if (indices.length !== values.length) {
    throw broken(`${indices.length} column indices for ${values.length} values`);
  }
  if (indptr[0] !== 0 || indptr[rows] !== values.length) {
    throw broken(
      `indptr runs from ${indptr[0]} to ${indptr[rows]}, expected 0 to ${values.length}`,
    );
  }
  for (let i = 0; i < rows; i++) {
    const end = indptr[i + 1]!;
    if (end < indptr[i]! || end > values.length) throw broken(`indptr falls at row ${i}`);
    let last = -1;
    for (let p = indptr[i]!; p < end; p++) {
      const column = indices[p]!;
      if (column <= last || column >= cols) {
        throw broken(
          `row ${i} has column ${column} after ${last}; columns must ascend, none twice, below ${cols}`,
        );
      }
      last = column;
    }
  }
}

/** @throws NonnegError NONNEG_SHAPE_MISMATCH and those of `inspect`, for a factor handed over by the user */
export function inspectFactor(
  what: string,
  factor: HostDense,
  rows: number,
  cols: number,
): Statistics {
  if (factor.rows !== rows || factor.cols !== cols) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      `${what} is ${show(factor)}: expected ${rows}×${cols} for this V and rank.`,
    );
  }
  return inspect(what, factor);
}
