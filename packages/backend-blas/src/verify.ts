import type { HostArray } from "@nonneg/core";
import type { Cblas } from "./cblas.js";

interface Size {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Odd sizes: one past what libraries compute by their routines for small matrices, one of those. */
const sizes: readonly Size[] = [
  { m: 131, n: 67, k: 257 },
  { m: 31, n: 67, k: 43 },
];

/** Two powers of two whose product is the smallest subnormal: 2^−149 and 2^−1074. */
const tiny = { float32: [2 ** -74, 2 ** -75], float64: [2 ** -537, 2 ** -537] } as const;

export interface Verified {
  /** Subnormal numbers are kept, not flushed to zero. */
  readonly subnormals: boolean;
}

/**
 * Compares products by the library with products in plain JavaScript: both precisions, every
 * transposition, overwriting and accumulating. Entries are small whole numbers, so that every
 * product and sum is exact in any order and the comparison is too.
 * @throws Error that names the first wrong entry
 */
export function verify(blas: Cblas): Verified {
  const subnormals = sizes.map((size) => verifyAt(blas, size)).every((kept) => kept);
  return { subnormals };
}

/** @returns whether subnormal numbers are kept */
function verifyAt(blas: Cblas, { m, n, k }: Size): boolean {
  const a = whole(m * k, 7);
  const b = whole(k * n, 11);
  const bt = transpose(b, k, n);
  const product = multiply(a, b, m, n, k);
  const gram = multiply(bt, b, n, n, k);
  for (let i = 0; i < n; i++) gram.fill(0, i * n, i * n + i);
  const as = [a, transpose(a, m, k)] as const;
  const bs = [b, bt] as const;
  let subnormals = true;

  for (const dtype of ["float32", "float64"] as const) {
    const array = dtype === "float32" ? Float32Array : Float64Array;
    const shape = { wide: dtype === "float64", m, n, k, cStep: n };
    for (const transA of [false, true]) {
      for (const transB of [false, true]) {
        const c = new array(m * n).fill(NaN);
        const left = { a: new array(as[transA ? 1 : 0]), aStep: transA ? m : k, transA };
        const right = { b: new array(bs[transB ? 1 : 0]), bStep: transB ? k : n, transB };
        blas.gemm({ ...shape, ...left, ...right, c, accumulate: false });
        compare(`${dtype} product`, c, product, n);
        blas.gemm({ ...shape, ...left, ...right, c, accumulate: true });
        compare(`${dtype} sum of products`, c, scaled(product, 2), n);
      }
      const c = new array(n * n).fill(NaN);
      const left = { a: new array(bs[transA ? 0 : 1]), aStep: transA ? n : k, transA };
      blas.syrk({ ...shape, ...left, c, accumulate: false });
      for (let i = 0; i < n; i++) c.fill(0, i * n, i * n + i);
      compare(`${dtype} Gram matrix`, c, gram, n);
    }
    if (blas.transpose !== undefined) {
      const b = new array(m * k).fill(NaN);
      blas.transpose({ wide: dtype === "float64", rows: m, cols: k, a: new array(a), b });
      compare(`${dtype} transpose`, b, as[1], m);
    }

    const [one, other] = tiny[dtype];
    const c = new array(m * n);
    const left = { a: new array(scaled(a, one)), aStep: k, transA: false };
    const right = { b: new array(scaled(b, other)), bStep: n, transB: false };
    blas.gemm({ ...shape, ...left, ...right, c, accumulate: false });
    subnormals &&= firstDifference(c, scaled(scaled(product, one), other)) < 0;
  }
  return subnormals;
}

function whole(length: number, factor: number): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) out[i] = (i * factor) % 16;
  return out;
}

function scaled(a: Float64Array, factor: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = a[i]! * factor;
  return out;
}

function transpose(a: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) out[j * rows + i] = a[i * cols + j]!;
  }
  return out;
}

/** The reference: (rows × k)·(k × cols). */
function multiply(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  cols: number,
  k: number,
): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p]!;
      for (let j = 0; j < cols; j++) out[i * cols + j]! += factor * b[p * cols + j]!;
    }
  }
  return out;
}

function firstDifference(got: HostArray, expected: Float64Array): number {
  for (let i = 0; i < got.length; i++) if (got[i] !== expected[i]) return i;
  return -1;
}

/** Both have `cols` columns. */
function compare(what: string, got: HostArray, expected: Float64Array, cols: number): void {
  const wrong = firstDifference(got, expected);
  if (wrong < 0) return;
  throw new Error(
    `it multiplies wrongly: entry (${Math.floor(wrong / cols)}, ${wrong % cols}) of a ${what} ` +
      `is ${got[wrong]!}, not ${expected[wrong]!}`,
  );
}
