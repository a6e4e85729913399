import type { HostDense, HostSparse } from "@nonneg/core";
import { scratch } from "./allocate.js";
import { transpose, view } from "./gemm.js";
import { packed } from "./matmul-sparse.js";

/** The entries of w·h where `pattern` stores one, in its order, in float64. */
export function sampledMatmul(w: HostDense, h: HostDense, pattern: HostSparse): Float64Array {
  const rank = w.cols;
  const left = packed(view(w));
  const right = packed(transpose(view(h)));
  const { rows, indptr, indices } = pattern;
  const values = scratch(pattern.values.length, 1);
  for (let i = 0; i < rows; i++) {
    for (let p = indptr[i]!; p < indptr[i + 1]!; p++) {
      let sum = 0;
      for (let a = 0, x = i * rank, y = indices[p]! * rank; a < rank; a++, x++, y++) {
        sum += left[x]! * right[y]!;
      }
      values[p] = sum;
    }
  }
  return values;
}
