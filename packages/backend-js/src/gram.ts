import type { HostArray, HostDense, MatrixInfo } from "@nonneg/core";
import { rounded, scratch } from "./allocate.js";
import { addProduct, transpose, view } from "./gemm.js";

/** AᵀA ("AtA") or AAᵀ ("AAt"), exactly symmetric: the lower triangle is a copy of the upper. */
export function gram(out: MatrixInfo, a: HostDense, side: "AtA" | "AAt"): HostArray {
  return rounded(out, exactGram(a, side));
}

export function exactGram(a: HostDense, side: "AtA" | "AAt"): Float64Array {
  const left = side === "AtA" ? transpose(view(a)) : view(a);
  const n = left.rows;
  const product = scratch(n, n);
  addProduct(product, left, transpose(left), "upper");
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) product[i * n + j] = product[j * n + i]!;
  }
  return product;
}
