import type { Dtype } from "../backend.js";
import type { Linalg } from "../linalg.js";
import type { Matrix } from "../matrix.js";

/** AᵀA or AAᵀ, as a product; as symmetric as the backend's matmul makes it. */
export function gram(la: Linalg, a: Matrix, side: "AtA" | "AAt", dtype: Dtype = a.dtype): Matrix {
  return la.matmul(a, a, side === "AtA" ? { transA: true, dtype } : { transB: true, dtype });
}
