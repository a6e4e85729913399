import type { HostArray } from "@nonneg/core";
import type { Cblas, Gemm, Syrk, Transpose } from "../src/cblas.js";
import type { Native, NativeFunction } from "../src/native.js";

/** A library of functions written in JavaScript. */
export function fakeLibrary(functions: Readonly<Record<string, NativeFunction>>): Native {
  return { find: (_result, name) => functions[name], unload: () => undefined };
}

/** Dot product of a library whose integers have that many bits: it sees no more of its arguments. */
export function dotOf(bits: 32 | 64): NativeFunction {
  return (length, x, xStep, y, yStep) => {
    const integer = (value: unknown) =>
      Number(BigInt.asIntN(bits, BigInt(value as number | bigint)));
    let sum = 0;
    for (let i = 0; i < integer(length); i++) {
      sum += (x as Float32Array)[i * integer(xStep)]! * (y as Float32Array)[i * integer(yStep)]!;
    }
    return sum;
  };
}

/** A BLAS in JavaScript that is right. */
export const rightBlas: Cblas = {
  prefix: "",
  suffix: "",
  integerBits: 32,
  gemm({ m, n, k, a, aStep, transA, b, bStep, transB, c, cStep, accumulate }: Gemm<HostArray>) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? c[i * cStep + j]! : 0;
        for (let p = 0; p < k; p++) {
          sum +=
            a[transA ? p * aStep + i : i * aStep + p]! * b[transB ? j * bStep + p : p * bStep + j]!;
        }
        c[i * cStep + j] = sum;
      }
    }
  },
  syrk({ n, k, a, aStep, transA, c, cStep }: Syrk<HostArray>) {
    const entry = (i: number, p: number) => a[transA ? p * aStep + i : i * aStep + p]!;
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += entry(i, p) * entry(j, p);
        c[i * cStep + j] = sum;
      }
    }
  },
  transpose({ rows, cols, a, b }: Transpose<HostArray>) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) b[j * rows + i] = a[i * cols + j]!;
    }
  },
};
