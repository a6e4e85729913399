import type { HostDense } from "@nonneg/core";

/** Component a of the basis, or the coefficients of a sample: a row or column of a factor. */
export function slice(matrix: HostDense, axis: "row" | "column", at: number): Float64Array {
  return axis === "row"
    ? Float64Array.from(matrix.data.subarray(at * matrix.cols, (at + 1) * matrix.cols))
    : Float64Array.from({ length: matrix.rows }, (_, i) => matrix.data[i * matrix.cols + at]!);
}
