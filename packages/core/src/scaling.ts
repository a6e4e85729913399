/**
 * V is scaled by the power of two that brings its mean to [½, 1), and the factors are scaled back:
 * exact, so that the units of the data change nothing but the units of the result.
 */
import type { Dtype, HostArray, WriteEntries } from "./backend.js";
import { NonnegError } from "./errors.js";
import { type HostDense, type HostMatrix, isSparse } from "./host-matrix.js";
import { exponentOf } from "./inspect.js";
import type { Linalg } from "./linalg.js";
import type { Matrix } from "./matrix.js";

/** The p with mean · 2^−p in [½, 1); 0 for an all-zero matrix. */
export const scaleExponent = (mean: number): number => (mean > 0 ? exponentOf(mean) + 1 : 0);

/** How the power p of V's scale is shared: W takes 2^⌊p/2⌋, H takes 2^⌈p/2⌉. */
export const factorExponents = (p: number) => ({ W: Math.floor(p / 2), H: Math.ceil(p / 2) });

/** data · 2^exponent, rounded once to `dtype`; the same array where nothing changes. */
export function scaled(data: HostArray, exponent: number, dtype: Dtype): HostArray {
  if (exponent === 0 && dtypeOf(data) === dtype) return data;
  const out = dtype === "float64" ? new Float64Array(data.length) : new Float32Array(data.length);
  writeScaled(data, exponent)(out, 0);
  return out;
}

const dtypeOf = (data: HostArray): Dtype => (data instanceof Float64Array ? "float64" : "float32");

function writeScaled(data: HostArray, exponent: number): WriteEntries {
  const [first, second] = halves(exponent);
  return (into, start) => {
    for (let p = 0; p < into.length; p++) into[p] = data[start + p]! * first * second;
  };
}

/** What becomes of an entry that is scaled by 2^exponent and held in `dtype`. */
export function heldAs(exponent: number, dtype: Dtype): (x: number) => number {
  const [first, second] = halves(exponent);
  return dtype === "float32" ? (x) => Math.fround(x * first * second) : (x) => x * first * second;
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
  requireInRange(what, values, result);
  return isSparse(matrix) ? { ...matrix, values: result } : { ...matrix, data: result };
}

/**
 * The matrix times 2^exponent in `dtype` on the backend, without a copy of a dense one on the host where the backend
 * can do without.
 * @param like a CSR matrix that stores the same entries, whose pattern the new one shares
 * @throws NonnegError NONNEG_NOT_FINITE where float32 overflows, and as `Linalg.upload`
 */
export function uploadScaled(
  la: Linalg,
  what: string,
  matrix: HostMatrix,
  exponent: number,
  dtype: Dtype,
  like?: Matrix,
): Matrix {
  if (isSparse(matrix) || (exponent === 0 && dtypeOf(matrix.data) === dtype)) {
    return la.upload(scaledMatrix(what, matrix, exponent, dtype), like);
  }
  const { rows, cols, data } = matrix;
  const write = writeScaled(data, exponent);
  return la.uploadFrom(rows, cols, dtype, (into, start) => {
    write(into, start);
    requireInRange(what, data, into);
  });
}

function requireInRange(what: string, from: HostArray, to: HostArray): void {
  if (dtypeOf(from) === "float64" && dtypeOf(to) === "float32" && to.includes(Infinity)) {
    throw new NonnegError(
      "NONNEG_NOT_FINITE",
      `${what} cannot be held in float32: entries overflow where V is scaled to a mean near 1. Use dtype float64.`,
    );
  }
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
