/**
 * V is scaled by the power of two that brings its mean to [½, 1), and the factors are scaled back:
 * exact, so that the units of the data change nothing but the units of the result.
 */
import type { Dtype, HostArray } from "./backend.js";
import { NonnegError } from "./errors.js";
import { type HostDense, type HostMatrix, isSparse } from "./host-matrix.js";
import { exponentOf } from "./inspect.js";

/** The p with mean · 2^−p in [½, 1); 0 for an all-zero matrix. */
export const scaleExponent = (mean: number): number => (mean > 0 ? exponentOf(mean) + 1 : 0);

/** How the power p of V's scale is shared: W takes 2^⌊p/2⌋, H takes 2^⌈p/2⌉. */
export const factorExponents = (p: number) => ({ W: Math.floor(p / 2), H: Math.ceil(p / 2) });

/** data · 2^exponent, rounded once to `dtype`; the same array where nothing changes. */
export function scaled(data: HostArray, exponent: number, dtype: Dtype): HostArray {
  const same = dtype === "float64" ? data instanceof Float64Array : data instanceof Float32Array;
  if (same && exponent === 0) return data;
  const out = dtype === "float64" ? new Float64Array(data.length) : new Float32Array(data.length);
  const [first, second] = halves(exponent);
  for (let p = 0; p < data.length; p++) out[p] = data[p]! * first * second;
  return out;
}

/** 2^exponent as a product of two: it alone may overflow where its product with a number does not. */
function halves(exponent: number): readonly [number, number] {
  const half = Math.trunc(exponent / 2);
  return [2 ** half, 2 ** (exponent - half)];
}

/** x · 2^exponent */
export function timesPower(x: number, exponent: number): number {
  const [first, second] = halves(exponent);
  return x * first * second;
}

/** The matrix times 2^exponent in `dtype`. @throws NonnegError NONNEG_NOT_FINITE where float32 overflows */
export function scaledMatrix(
  what: string,
  matrix: HostMatrix,
  exponent: number,
  dtype: Dtype,
): HostMatrix {
  const values = isSparse(matrix) ? matrix.values : matrix.data;
  const result = scaled(values, exponent, dtype);
  if (dtype === "float32" && values instanceof Float64Array && result.includes(Infinity)) {
    throw new NonnegError(
      "NONNEG_NOT_FINITE",
      `${what} has entries so far above its mean that float32 cannot hold them: use dtype float64.`,
    );
  }
  return isSparse(matrix) ? { ...matrix, values: result } : { ...matrix, data: result };
}

/** A downloaded factor times 2^exponent. */
export function scaledFactor(
  rows: number,
  cols: number,
  data: HostArray,
  exponent: number,
): HostDense {
  const dtype = data instanceof Float64Array ? "float64" : "float32";
  return { rows, cols, data: scaled(data, exponent, dtype) };
}
