import type { HostMatrix, MatmulOptions } from "@nonneg/core";
import { widened } from "../data.js";

/** op(A)·op(B) and |op(A)|·|op(B)| in float64, accumulated one term after the other. */
export interface Product {
  readonly rows: number;
  readonly cols: number;
  readonly inner: number;
  readonly values: Float64Array;
  readonly magnitude: Float64Array;
}

export function product(
  a: HostMatrix,
  b: HostMatrix,
  { transA = false, transB = false }: Partial<MatmulOptions> = {},
): Product {
  const [rows, inner] = transA ? [a.cols, a.rows] : [a.rows, a.cols];
  const cols = transB ? b.rows : b.cols;
  const left = widened(a).data;
  const right = widened(b).data;
  const values = new Float64Array(rows * cols);
  const magnitude = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < inner; p++) {
      const x = left[transA ? p * rows + i : i * inner + p]!;
      if (x === 0) continue;
      for (let j = 0; j < cols; j++) {
        const term = x * right[transB ? j * inner + p : p * cols + j]!;
        values[i * cols + j]! += term;
        magnitude[i * cols + j]! += Math.abs(term);
      }
    }
  }
  return { rows, cols, inner, values, magnitude };
}
