import fc from "fast-check";
import { expect, test } from "vitest";
import {
  depth,
  dtype,
  dtypes,
  hostDense,
  hostSparse,
  hostTranspose,
  integers,
  naiveProduct,
  numbers,
  roundoff,
  seed,
  size,
  withLinalg,
} from "./support.js";

test("products of whole numbers are exact, dense and CSR, in all four transposes", () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({
        m: size,
        n: size,
        k: depth,
        dtype,
        seed,
        transA: fc.boolean(),
        transB: fc.boolean(),
        sparse: fc.constantFrom("none", "a", "b"),
      }),
      ({ m, n, k, dtype, seed, transA, transB, sparse }) =>
        withLinalg(async (la) => {
          const next = integers(seed);
          const a = hostDense(dtype, m, k, next);
          const b = hostDense(dtype, k, n, next);
          const givenA = transA ? hostTranspose(a) : a;
          const givenB = transB ? hostTranspose(b) : b;
          using left = la.upload(sparse === "a" ? hostSparse(givenA) : givenA);
          using right = la.upload(sparse === "b" ? hostSparse(givenB) : givenB);
          using product = la.matmul(left, right, { transA, transB });
          const [data] = await la.download(product);
          expect(Array.from(data!, (x) => x + 0)).toEqual(
            Array.from(naiveProduct(a, b).data, (x) => x + 0),
          );
        }),
    ),
    { numRuns: 200 },
  ));

test.each(dtypes)("a product of fractions in %s is within its error bound", (dtype) =>
  withLinalg(async (la) => {
    const [m, n, k] = [301, 29, 700]; // several blocks of rows, and of the inner dimension
    const next = numbers(1);
    const a = hostDense(dtype, m, k, () => next() - 0.5);
    const b = hostDense(dtype, k, n, () => next() - 0.5);
    const size = ({ rows, cols, data }: typeof a) => ({ rows, cols, data: data.map(Math.abs) });
    const exact = naiveProduct(a, b).data;
    const absolute = naiveProduct(size(a), size(b)).data;
    using left = la.upload(a);
    using right = la.upload(b);
    using product = la.matmul(left, right);
    const [data] = await la.download(product);
    data!.forEach((x, p) => {
      // Both sums of k products in float64, then one rounding to the dtype.
      const bound = 2 * k * roundoff.float64 * absolute[p]! + roundoff[dtype] * Math.abs(exact[p]!);
      expect(Math.abs(x - exact[p]!)).toBeLessThanOrEqual(bound);
    });
  }),
);

test("a float64 product of float32 operands keeps what float32 would lose", () =>
  withLinalg(async (la) => {
    using a = la.upload({ rows: 1, cols: 2, data: Float32Array.of(1 + 2 ** -20, 2 ** -60) });
    using wide = la.matmul(a, a, { transB: true, dtype: "float64" });
    using gram = la.gram(a, "AAt", { dtype: "float64" });
    using narrow = la.matmul(a, a, { transB: true });
    const data = await la.download(wide, gram, narrow);
    expect(data).toEqual([
      Float64Array.of((1 + 2 ** -20) ** 2),
      Float64Array.of((1 + 2 ** -20) ** 2),
      Float32Array.of((1 + 2 ** -20) ** 2),
    ]);
  }));

test("zeros that pad a tile do not meet the infinities beside them", () =>
  withLinalg(async (la) => {
    using a = la.upload({ rows: 1, cols: 1, data: Float64Array.of(2) });
    using b = la.upload({ rows: 1, cols: 2, data: Float64Array.of(Infinity, 3) });
    using product = la.matmul(a, b);
    expect(await la.download(product)).toEqual([Float64Array.of(Infinity, 6)]);
  }));

test("a Gram matrix is exactly symmetric and is the product", () =>
  fc.assert(
    fc.asyncProperty(
      size,
      depth,
      dtype,
      seed,
      fc.constantFrom("AtA", "AAt"),
      (n, k, dtype, seed, side) =>
        withLinalg(async (la) => {
          const next = numbers(seed);
          const rows = hostDense(dtype, n, k, next);
          const transposed = hostTranspose(rows);
          using a = la.upload(side === "AAt" ? rows : transposed);
          using gram = la.gram(a, side);
          const [data] = await la.download(gram);
          const exact = naiveProduct(rows, transposed).data;
          const bound = 2 * k * roundoff.float64 + roundoff[dtype];
          expect(hostTranspose({ rows: n, cols: n, data: data! }).data).toEqual(data);
          const excess = exact.map((x, p) => Math.abs(data![p]! - x) - bound * x);
          expect(Math.max(...excess)).toBeLessThanOrEqual(0);
        }),
    ),
    { numRuns: 50 },
  ));

test("a sampled product is the product at the stored entries", () =>
  fc.assert(
    fc.asyncProperty(
      size,
      size,
      fc.integer({ min: 1, max: 9 }),
      dtype,
      seed,
      (m, n, k, dtype, seed) =>
        withLinalg(async (la) => {
          const next = integers(seed);
          const w = hostDense(dtype, m, k, next);
          const h = hostDense(dtype, k, n, next);
          const pattern = hostSparse(hostDense(dtype, m, n, next));
          using W = la.upload(w);
          using H = la.upload(h);
          using V = la.upload(pattern);
          using sampled = la.sampledMatmul(W, H, V);
          const [data] = await la.download(sampled);
          const all = naiveProduct(w, h).data;
          for (let i = 0; i < m; i++) {
            for (let p = pattern.indptr[i]!; p < pattern.indptr[i + 1]!; p++) {
              expect(data![p]! + 0).toBe(all[i * n + pattern.indices[p]!]! + 0);
            }
          }
        }),
    ),
  ));
