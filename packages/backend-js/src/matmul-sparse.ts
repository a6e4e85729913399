import type {
  HostArray,
  HostDense,
  HostMatrix,
  HostSparse,
  MatmulOptions,
  MatrixInfo,
} from "@nonneg/core";
import { rounded, scratch } from "./allocate.js";
import { type View, transpose, view } from "./gemm.js";

/** op(a)·op(b) where one of the two is CSR; accumulated in float64, rounded once. */
export function matmulSparse(
  out: MatrixInfo,
  a: HostMatrix,
  b: HostMatrix,
  { transA, transB }: MatmulOptions,
): HostArray {
  if ("indptr" in a) {
    const right = view(b as HostDense);
    return rounded(out, timesDense(a, transA, transB ? transpose(right) : right));
  }
  // op(a)·op(S) is (op(S)ᵀ·op(a)ᵀ)ᵀ: one kernel serves both sides.
  const left = transA ? view(a) : transpose(view(a));
  const product = timesDense(b as HostSparse, !transB, left);
  return rounded(out, transposed(product, out.cols, out.rows));
}

/** op(S)·d, row-major. */
function timesDense(s: HostSparse, trans: boolean, d: View): Float64Array {
  const width = d.cols;
  const dense = packed(d);
  const product = scratch(trans ? s.cols : s.rows, width);
  for (let i = 0; i < s.rows; i++) {
    for (let p = s.indptr[i]!; p < s.indptr[i + 1]!; p++) {
      const value = s.values[p]!;
      const j = s.indices[p]!;
      let to = (trans ? j : i) * width;
      let from = (trans ? i : j) * width;
      for (const end = from + width; from < end; from++, to++) {
        product[to]! += value * dense[from]!;
      }
    }
  }
  return product;
}

/** A row-major float64 copy: what the inner loop walks is then contiguous, whatever the view was. */
export function packed({ data, offset, rows, cols, rowStride, colStride }: View): Float64Array {
  const copy = scratch(rows, cols);
  for (let i = 0, to = 0; i < rows; i++) {
    let at = offset + i * rowStride;
    for (let j = 0; j < cols; j++, to++, at += colStride) copy[to] = data[at]!;
  }
  return copy;
}

function transposed(data: Float64Array, rows: number, cols: number): Float64Array {
  return packed(transpose(view({ data, rows, cols })));
}
