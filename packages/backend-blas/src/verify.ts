import type { HostArray } from "@nonneg/core";
import type { Cblas } from "./cblas.js";

/** Odd sizes, past what libraries compute by their routines for small matrices or on one thread. */
const m = 131;
const n = 67;
const k = 257;

/** 2^−149 and 2^−1074: the smallest subnormal, as a product of two scales. */
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
  const a = (i: number, p: number) => ((i * k + p) * 7) % 16;
  const b = (p: number, j: number) => ((p * n + j) * 11) % 16;
  const product = table(Float64Array, m, n, (i, j) => sum((p) => a(i, p) * b(p, j)));
  const gram = table(Float64Array, n, n, (i, j) => (j < i ? 0 : sum((p) => b(p, i) * b(p, j))));
  let subnormals = true;

  for (const dtype of ["float32", "float64"] as const) {
    const array: new (length: number) => HostArray =
      dtype === "float32" ? Float32Array : Float64Array;
    const sides = {
      a: [table(array, m, k, a), table(array, k, m, (p, i) => a(i, p))],
      b: [table(array, k, n, b), table(array, n, k, (j, p) => b(p, j))],
    } as const;
    const shape = { wide: dtype === "float64", m, n, k, cStep: n };
    for (const transA of [false, true]) {
      for (const transB of [false, true]) {
        const c = table(array, m, n, () => NaN);
        const left = { a: sides.a[Number(transA)]!, aStep: transA ? m : k, transA };
        const right = { b: sides.b[Number(transB)]!, bStep: transB ? k : n, transB };
        blas.gemm({ ...shape, ...left, ...right, c, accumulate: false });
        compare(`${dtype} product`, c, product, n);
      }
    }
    for (const transA of [false, true]) {
      const c = table(array, n, n, () => NaN);
      const a = sides.b[transA ? 0 : 1];
      blas.syrk({ ...shape, a, aStep: transA ? n : k, transA, c, accumulate: false });
      for (let i = 0; i < n; i++) c.fill(0, i * n, i * n + i);
      compare(`${dtype} Gram matrix`, c, gram, n);
    }
    const plain = { ...shape, aStep: k, transA: false, bStep: n, transB: false };
    const twice = table(array, m, n, (i, j) => product[i * n + j]!);
    blas.gemm({ ...plain, a: sides.a[0], b: sides.b[0], c: twice, accumulate: true });
    const doubled = product.map((entry) => 2 * entry);
    compare(`${dtype} sum of products`, twice, doubled, n);

    const [scaleA, scaleB] = tiny[dtype];
    const small = table(array, m, n, () => NaN);
    const left = table(array, m, k, (i, p) => a(i, p) * scaleA);
    const right = table(array, k, n, (p, j) => b(p, j) * scaleB);
    blas.gemm({ ...plain, a: left, b: right, c: small, accumulate: false });
    subnormals &&= small.every((entry, i) => entry === product[i]! * scaleA * scaleB);
  }
  return { subnormals };
}

function sum(term: (p: number) => number): number {
  let total = 0;
  for (let p = 0; p < k; p++) total += term(p);
  return total;
}

function table(
  array: new (length: number) => HostArray,
  rows: number,
  cols: number,
  entry: (i: number, j: number) => number,
): HostArray {
  const out = new array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) out[i * cols + j] = entry(i, j);
  }
  return out;
}

function compare(what: string, got: HostArray, expected: HostArray, cols: number): void {
  const wrong = got.findIndex((entry, i) => entry !== expected[i]);
  if (wrong < 0) return;
  throw new Error(
    `it multiplies wrongly: entry (${Math.floor(wrong / cols)}, ${wrong % cols}) of a ${what} ` +
      `is ${got[wrong]!}, not ${expected[wrong]!}`,
  );
}
