import type { HostArray, HostDense, MatmulOptions, MatrixInfo } from "@nonneg/core";
import { allocate, scratch } from "./allocate.js";
import { addProduct, rowsOf, transpose, view } from "./gemm.js";

/** Rows of a float32 product that are held in float64 at a time. */
const BLOCK = 128;

/** op(a)·op(b) of dense matrices, accumulated in float64 and rounded once. */
export function matmul(
  out: MatrixInfo,
  a: HostDense,
  b: HostDense,
  { transA, transB }: MatmulOptions,
): HostArray {
  const left = transA ? transpose(view(a)) : view(a);
  const right = transB ? transpose(view(b)) : view(b);
  const result = allocate(out);
  if (result instanceof Float64Array) {
    addProduct(result, left, right);
    return result;
  }
  const block = scratch(Math.min(BLOCK, out.rows), out.cols);
  for (let row = 0; row < out.rows; row += BLOCK) {
    const rows = Math.min(BLOCK, out.rows - row);
    const exact = block.subarray(0, rows * out.cols).fill(0);
    addProduct(exact, rowsOf(left, row, rows), right);
    result.set(exact, row * out.cols);
  }
  return result;
}
