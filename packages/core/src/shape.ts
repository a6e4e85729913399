/** Shape and dtype inference for the verbs: checked once, here, so that no backend has to. */
import type { Axis, Dtype, Factor, MatmulOptions, MatrixInfo, Pattern } from "./backend.js";
import { NonnegError } from "./errors.js";
import type { Samples } from "./options.js";

export type Shape = Pick<MatrixInfo, "rows" | "cols">;

export const show = (shape: Shape): string => `${shape.rows}×${shape.cols}`;

export function dense(rows: number, cols: number, dtype: Dtype): MatrixInfo {
  return { rows, cols, dtype, format: "dense" };
}

export function csr(rows: number, cols: number, dtype: Dtype, pattern: Pattern): MatrixInfo {
  return { rows, cols, dtype, format: "csr", pattern };
}

/** float64 as soon as one operand is. */
export function widest(operands: readonly MatrixInfo[]): Dtype {
  return operands.some((operand) => operand.dtype === "float64") ? "float64" : "float32";
}

function mismatch(what: string, expected: string): NonnegError {
  return new NonnegError("NONNEG_SHAPE_MISMATCH", `${what}: expected ${expected}.`);
}

/** @throws NonnegError NONNEG_SHAPE_MISMATCH unless both are positive integers */
export function checkShape(what: string, { rows, cols }: Shape): void {
  if (!(Number.isSafeInteger(rows) && Number.isSafeInteger(cols) && rows > 0 && cols > 0)) {
    throw mismatch(`${what} is ${rows}×${cols}`, "at least one row and one column, whole numbers");
  }
}

/** @throws NonnegError NONNEG_SHAPE_MISMATCH unless `actual` is `expected` */
export function expectShape(what: string, actual: Shape, expected: Shape): void {
  if (actual.rows !== expected.rows || actual.cols !== expected.cols) {
    throw mismatch(`${what} is ${show(actual)}`, show(expected));
  }
}

/** @throws NonnegError NONNEG_SHAPE_MISMATCH where samples have more or fewer features than the basis */
export function expectFeatures(V: Shape, basis: Shape, samples: Samples): void {
  checkShape("V", V);
  const [axis, features] =
    samples === "rows" ? (["columns", "cols"] as const) : (["rows", "rows"] as const);
  if (V[features] !== basis[features]) {
    throw mismatch(
      `V is ${show(V)}, with its samples in ${samples}, and the basis has ${basis[features]} features`,
      `${basis[features]} ${axis} of V`,
    );
  }
}

/** Shape of op(a)·op(b). @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_UNSUPPORTED (two CSR operands) */
export function matmulShape(a: MatrixInfo, b: MatrixInfo, options: MatmulOptions): Shape {
  const [rows, inner] = options.transA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [inner2, cols] = options.transB ? [b.cols, b.rows] : [b.rows, b.cols];
  if (inner !== inner2) {
    const name = (m: MatrixInfo, transposed: boolean) =>
      `${show(m)}${transposed ? " transposed" : ""}`;
    throw mismatch(
      `Product of ${name(a, options.transA)} and ${name(b, options.transB)}`,
      `equal inner dimensions, not ${inner} and ${inner2}`,
    );
  }
  if (a.format === "csr" && b.format === "csr") {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      "A product of two CSR matrices is not offered: its result may be dense. Upload one as dense.",
    );
  }
  return { rows, cols };
}

/** Common shape of dense operands that repeat along dimensions of size one. @throws NonnegError NONNEG_SHAPE_MISMATCH */
export function broadcastShape(operands: readonly Shape[]): Shape {
  let rows = 1;
  let cols = 1;
  for (const operand of operands) {
    rows = Math.max(rows, operand.rows);
    cols = Math.max(cols, operand.cols);
  }
  for (const operand of operands) {
    if (
      (operand.rows !== rows && operand.rows !== 1) ||
      (operand.cols !== cols && operand.cols !== 1)
    ) {
      throw mismatch(
        `Elementwise operands of ${operands.map(show).join(", ")}`,
        "each dimension equal, or 1",
      );
    }
  }
  return { rows, cols };
}

export function reduceShape(a: Shape, axis: Axis): Shape {
  return {
    rows: axis === "cols" ? a.rows : 1,
    cols: axis === "rows" ? a.cols : 1,
  };
}

/** What an op on these operands gives. @throws NonnegError NONNEG_SHAPE_MISMATCH, NONNEG_UNSUPPORTED (CSR of two patterns) */
export function elementwiseInfo(matrices: readonly MatrixInfo[], dtype: Dtype): MatrixInfo {
  const sparse = matrices.find((matrix) => matrix.format === "csr");
  if (!sparse) {
    const { rows, cols } = broadcastShape(matrices);
    return dense(rows, cols, dtype);
  }
  for (const matrix of matrices) {
    expectShape("A CSR operand", matrix, sparse);
    if (matrix.pattern !== sparse.pattern) {
      throw new NonnegError(
        "NONNEG_UNSUPPORTED",
        "An elementwise operation on a CSR matrix takes CSR matrices of its own pattern and numbers, nothing else.",
      );
    }
  }
  return csr(sparse.rows, sparse.cols, dtype, sparse.pattern!);
}

/** @throws NonnegError NONNEG_SHAPE_MISMATCH unless the Gram matrix is k×k for a cross product k×n (H) or m×k (W) */
export function checkQuadratic(gram: Shape, cross: Shape, factor: Factor): void {
  const rank = factor === "H" ? cross.rows : cross.cols;
  expectShape("The Gram matrix", gram, { rows: rank, cols: rank });
}

/** @throws NonnegError NONNEG_SHAPE_MISMATCH unless WH and the weights are of V's shape, and weights of a CSR V share its pattern */
export function checkDivergence({
  V,
  W,
  H,
  weights,
}: {
  readonly V: MatrixInfo;
  readonly W: MatrixInfo;
  readonly H: MatrixInfo;
  readonly weights?: MatrixInfo | undefined;
}): void {
  expectShape("WH", matmulShape(W, H, { transA: false, transB: false }), V);
  if (!weights) return;
  expectShape("The weights", weights, V);
  if (weights.pattern !== V.pattern) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      "Weights of a CSR matrix must share its pattern.",
    );
  }
}
