import type { Dtype, HostArray } from "@nonneg/core";
import { afterAll, describe, expect, test } from "vitest";
import { dense, info, open, read, sparse, stream, unit, type Matrix } from "./support.js";

const backend = await open();
afterAll(() => backend[Symbol.asyncDispose]());

type Host = Matrix & { readonly host: HostArray };

/** Every entry within depth·u·(|A||B|) of the product in float64. */
async function check(dtype: Dtype, a: Host, b: Host, transA: boolean, transB: boolean) {
  const [m, depth] = transA ? [a.cols, a.rows] : [a.rows, a.cols];
  const n = transB ? b.rows : b.cols;
  const out = info(m, n, dtype);
  const handle = backend.matmul(out, a, b, { transA, transB });
  const got = await read(backend, out, handle);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let size = 0;
      for (let p = 0; p < depth; p++) {
        const x = a.host[transA ? p * a.cols + i : i * a.cols + p]!;
        const y = b.host[transB ? j * b.cols + p : p * b.cols + j]!;
        sum += x * y;
        size += Math.abs(x * y);
      }
      // the reference in float64 has an error of its own
      const bound = (depth + 1) * unit(dtype) * size + depth * 2 ** -53 * size;
      const error = Math.abs(got[i * n + j]! - sum);
      if (!(error <= bound)) {
        expect.fail(`(${i}, ${j}) of ${m}×${depth}·${depth}×${n}: off by ${error}, bound ${bound}`);
      }
    }
  }
  for (const h of [handle, a.handle, b.handle]) backend.release(h);
}

const transposes = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 70];

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each(transposes)(
    "dense, sizes off the tile, transA %s transB %s",
    async (transA, transB) => {
      const next = stream(1);
      const size = () => sizes[Math.floor(next() * sizes.length)]!;
      for (let round = 0; round < 150; round++) {
        const [m, n, k] = [size(), size(), size()];
        const a = dense(backend, transA ? k : m, transA ? m : k, dtype, () => next() - 0.3);
        const b = dense(backend, transB ? n : k, transB ? k : n, dtype, () => next() - 0.3);
        await check(dtype, a, b, transA, transB);
      }
    },
  );

  test.each(transposes)("several blocks and slabs, transA %s transB %s", async (transA, transB) => {
    const next = stream(2);
    for (const [m, n, k] of [
      [300, 13, 515],
      [5, 7, 5000],
      [13, 700, 300],
      [270, 260, 64],
    ] as const) {
      const a = dense(backend, transA ? k : m, transA ? m : k, dtype, next);
      const b = dense(backend, transB ? n : k, transB ? k : n, dtype, next);
      await check(dtype, a, b, transA, transB);
    }
  });

  test.each(transposes)(
    "CSR by dense and dense by CSR, transA %s transB %s",
    async (transA, transB) => {
      const next = stream(3);
      const size = () => sizes[Math.floor(next() * sizes.length)]!;
      for (let round = 0; round < 60; round++) {
        const [m, n, k] = [size(), size(), size()];
        const density = [0, 0.02, 0.3, 1][round % 4]!;
        const s = sparse(backend, transA ? k : m, transA ? m : k, dtype, density, next);
        const d = dense(backend, transB ? n : k, transB ? k : n, dtype, next);
        await check(dtype, s, d, transA, transB);
        const d2 = dense(backend, transA ? k : m, transA ? m : k, dtype, next);
        const s2 = sparse(backend, transB ? n : k, transB ? k : n, dtype, density, next);
        await check(dtype, d2, s2, transA, transB);
      }
    },
  );

  test("gram is exactly symmetric and right", async () => {
    const next = stream(4);
    for (const [rows, cols] of [
      [1, 1],
      [70, 3],
      [5000, 21],
      [9, 300],
    ] as const) {
      for (const side of ["AtA", "AAt"] as const) {
        const a = dense(backend, rows, cols, dtype, next);
        const n = side === "AtA" ? cols : rows;
        if (n > 1000) continue;
        const out = info(n, n, dtype);
        const handle = backend.gram(out, a, side);
        const got = await read(backend, out, handle);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < i; j++) expect(got[i * n + j]).toBe(got[j * n + i]);
        }
        const depth = side === "AtA" ? rows : cols;
        let trace = 0;
        let exact = 0;
        for (let i = 0; i < n; i++) trace += got[i * n + i]!;
        for (const x of a.host) exact += x * x;
        expect(Math.abs(trace - exact)).toBeLessThanOrEqual((depth + 2 + n) * unit(dtype) * exact);
        backend.release(handle);
        backend.release(a.handle);
      }
    }
  });
});

test("a float64 product of float32 operands is a float64 product", async () => {
  const next = stream(5);
  for (const format of ["dense", "csr"] as const) {
    const a =
      format === "dense"
        ? dense(backend, 9, 40, "float32", next)
        : sparse(backend, 9, 40, "float32", 0.5, next);
    await check("float64", a, dense(backend, 40, 11, "float32", next), false, false);
  }
});

test("sampled products are those of the dense product", async () => {
  const next = stream(6);
  for (const dtype of ["float32", "float64"] as const) {
    for (const k of [1, 3, 4, 7, 20, 33]) {
      const s = sparse(backend, 30, 41, dtype, 0.2, next);
      const w = dense(backend, 30, k, dtype, next);
      const h = dense(backend, k, 41, dtype, next);
      const out = info(30, 41, dtype, s.pattern);
      const handle = backend.sampledMatmul(out, w, h, s);
      const got = await read(backend, out, handle);
      let p = 0;
      for (let i = 0; i < 30; i++) {
        for (; p < s.csr.indptr[i + 1]!; p++) {
          let exact = 0;
          for (let a = 0; a < k; a++)
            exact += w.host[i * k + a]! * h.host[a * 41 + s.csr.indices[p]!]!;
          expect(Math.abs(got[p]! - exact)).toBeLessThanOrEqual((k + 1) * unit(dtype) * exact);
        }
      }
      for (const x of [handle, s.handle, w.handle, h.handle]) backend.release(x);
    }
  }
});
