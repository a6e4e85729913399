import type { Dtype, HostDense, HostMatrix, Linalg, Matrix } from "@nonneg/core";
import { dense, type Kind, sparse } from "./data.js";
import { product } from "./reference/product.js";

/** Where a V comes from: independent of W and H, or their product, nearly or to the last bit. */
export type Fit = "far" | "near" | "exact";
/** `binary` is 0 or 1, `general` anything ≥ 0 with zeros among it. */
export type Weights = "none" | "binary" | "general";

/** D_β(V‖WH) as a recipe. */
export interface Recipe {
  readonly size: readonly [m: number, k: number, n: number];
  readonly format: "dense" | "csr";
  readonly weights: Weights;
  readonly kind: Kind;
  readonly fit: Fit;
  readonly seed: number;
}

export interface Model {
  readonly v: HostMatrix;
  readonly w: HostDense;
  readonly h: HostDense;
  /** The weights in V's format, or undefined where every entry weighs 1. */
  readonly weights: HostMatrix | undefined;
}

export function model(
  dtype: Dtype,
  { size: [m, k, n], format, weights, kind, fit, seed }: Recipe,
): Model {
  const w = dense(m, k, dtype, kind, seed + 1);
  const h = dense(k, n, dtype, kind, seed + 2);
  if (format === "csr") {
    const v = sparse(m, n, dtype, kind, seed, 0.4);
    const fitted =
      fit === "far"
        ? v
        : { ...v, values: v.values.map(fitOf(fit, entriesAt(v, product(w, h).values))) };
    return {
      v: fitted,
      w,
      h,
      weights:
        weights === "none"
          ? undefined
          : { ...fitted, values: fitted.values.map(weightOf(weights)) },
    };
  }
  const v = dense(m, n, dtype, kind, seed);
  const fitted = fit === "far" ? v : { ...v, data: v.data.map(fitOf(fit, product(w, h).values)) };
  const scattered = dense(m, n, dtype, "positive", seed + 3);
  return {
    v: fitted,
    w,
    h,
    weights:
      weights === "none"
        ? undefined
        : { ...scattered, data: scattered.data.map(weightOf(weights)) },
  };
}

/** Weights as a function of a number: for CSR of V itself, because both must share V's pattern on the backend. */
function weightOf(weights: Weights): (x: number) => number {
  return (x) => (x > 0.5 ? 0 : weights === "binary" ? 1 : x);
}

/** The same function on the backend. */
export function weightsOnDevice(la: Linalg, v: Matrix, weights: Weights): Matrix {
  const observed = la.elementwise("lessEqual", [v, 0.5]);
  if (weights === "binary") return observed;
  using mask = observed;
  return la.mul(v, mask);
}

function fitOf(fit: Fit, x: Float64Array): (v: number, i: number) => number {
  return (v, i) => x[i]! * (fit === "near" ? 1 + (v - 0.5) / 500 : 1);
}

function entriesAt(
  v: { rows: number; cols: number; indptr: Int32Array; indices: Int32Array },
  values: Float64Array,
): Float64Array {
  const entries: number[] = [];
  for (let i = 0; i < v.rows; i++) {
    for (let p = v.indptr[i]!; p < v.indptr[i + 1]!; p++)
      entries.push(values[i * v.cols + v.indices[p]!]!);
  }
  return Float64Array.from(entries);
}

export function show({ size: [m, k, n], format, weights, kind, fit }: Recipe): string {
  const about = weights === "none" ? "" : `, ${weights} weights`;
  return `${format} ${m}×${n}, rank ${k}${about}, ${kind} data, ${fit === "far" ? "V apart from WH" : `V ${fit === "near" ? "near" : "at"} WH`}`;
}
