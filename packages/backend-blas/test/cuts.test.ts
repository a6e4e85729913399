/** Products cut into chunks: right across the cuts, and the same bits on any number of threads. */
import type { Dtype, HostArray } from "@nonneg/core";
import { provider as wasm } from "@nonneg/backend-wasm";
import type { WasmBackend } from "@nonneg/backend-wasm/memory";
import { expect, test } from "vitest";
import { cutProduct } from "../src/product.js";
import { blockOf, callOf, thinSide } from "../src/small-products.js";
import { stream } from "./support.js";
import { dense, open, sameBits, upload } from "./threads.js";
import { describeWhenAvailable } from "./when-available.js";

const unit = { float32: 2 ** -24, float64: 2 ** -53 };
test("a product is cut into chunks that are worth a call, and cover it", () => {
  for (const [m, n, k] of [
    [1, 1, 1],
    [50, 2000, 10_000],
    [10_000, 50, 2000],
    [2048, 2048, 2048],
    [1, 1, 100_000_000],
    [1, 100_000_000, 1],
    [7, 3_000_000, 2],
  ] as const) {
    const { rows, cols, depth } = cutProduct(m, n, k);
    const chunks = Math.ceil(m / rows) * Math.ceil(n / cols) * Math.ceil(k / depth);
    expect(chunks).toBeLessThanOrEqual(32);
    expect(chunks).toBeGreaterThanOrEqual(Math.min(16, Math.floor((m * n * k) / 2 ** 20)));
    for (const [part, whole] of [
      [rows, m],
      [cols, n],
      [depth, k],
    ] as const) {
      expect(part).toBeGreaterThan(0);
      expect(part).toBeLessThanOrEqual(whole);
    }
  }
});

test("products of a thin side are cut into calls of at most a million multiply-adds, others are not", () => {
  const at = { wide: false, a: 0, b: 1, c: 2, accumulate: false };
  for (const [m, n, k, transA, transB, side] of [
    [20, 1000, 2000, true, false, "rows"],
    [10_000, 50, 2000, false, true, "cols"],
    [10_000, 2000, 96, false, false, "depth"],
    [1, 1_000_000, 7, true, false, "rows"],
    [97, 97, 97, false, false, undefined],
    [2000, 1000, 20, true, false, undefined],
    [20, 1000, 2000, false, true, undefined],
  ] as const) {
    const thin = thinSide({ ...at, m, n, k, transA, transB });
    expect(thin).toBe(side);
    if (thin === undefined) continue;
    const whole = { rows: m, cols: n, depth: k };
    const call = callOf(whole, thin);
    expect(call[thin]).toBe(whole[thin]);
    const multiplyAdds = call.rows * call.cols * call.depth;
    expect(multiplyAdds).toBeLessThanOrEqual(1e6);
    // Half of it, or all that there is.
    expect(multiplyAdds).toBeGreaterThanOrEqual(Math.min(5e5, m * n * k) / 2);
  }
  for (let k = 1; k <= 96; k++) {
    const { rows, cols } = blockOf(k)!;
    expect(rows * cols * k).toBeLessThanOrEqual(1e6);
  }
  expect(blockOf(97)).toBeUndefined();
});

describeWhenAvailable("across cuts", () => {
  /** Positive entries: an entry that sums `depth` products is right to depth·u of itself, on both sides. */
  function expectClose(got: HostArray, expected: HostArray, depth: number, u: number): void {
    expect(got.length).toBe(expected.length);
    const wrong = got.findIndex(
      (x, i) => !(Math.abs(x - expected[i]!) <= 2 * (depth + 2) * u * expected[i]!),
    );
    expect(wrong, `entry ${wrong}: ${got[wrong]} and ${expected[wrong]}`).toBe(-1);
  }

  /** The same work by this backend on 1, 2 and 3 threads, and by backend-wasm. */
  async function compare(
    work: (backend: WasmBackend) => Promise<HostArray[]>,
    depth: number,
    dtype: Dtype,
  ): Promise<void> {
    const reference = (await wasm.create({ threads: 1 })) as WasmBackend;
    const expected = await work(reference);
    await reference[Symbol.asyncDispose]();
    let first: HostArray[] | undefined;
    for (const threads of [1, 2, 3]) {
      const backend = await open(threads);
      for (let run = 0; run < 3; run++) {
        const got = await work(backend);
        got.forEach((array, i) => expectClose(array, expected[i]!, depth, unit[dtype]));
        const before = (first ??= got);
        // bit for bit, whatever the number of threads
        if (backend.capabilities.deterministic)
          expect(got.every((array, i) => sameBits(array, before[i]!))).toBe(true);
        // workers join in when they have started
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await backend[Symbol.asyncDispose]();
    }
  }

  test.each([
    { m: 20, n: 1003, k: 2011, transA: true, transB: false },
    { m: 2011, n: 20, k: 1003, transA: false, transB: true },
    { m: 2011, n: 1003, k: 20, transA: false, transB: false },
    { m: 130, n: 259, k: 1037, transA: true, transB: true },
    { m: 5, n: 3, k: 800_001, transA: false, transB: false },
  ])("product $m×$n of depth $k", async ({ m, n, k, transA, transB }) => {
    for (const dtype of ["float32", "float64"] as const) {
      await compare(
        async (backend) => {
          const next = stream(1);
          const a = upload(backend, transA ? dense(k, m, dtype) : dense(m, k, dtype), next);
          const b = upload(backend, transB ? dense(n, k, dtype) : dense(k, n, dtype), next);
          const out = dense(m, n, dtype);
          const handle = backend.matmul(out, a, b, { transA, transB });
          const arrays = await backend.download([{ ...out, handle }]);
          for (const used of [a.handle, b.handle, handle]) backend.release(used);
          return arrays;
        },
        k,
        dtype,
      );
    }
  });

  test.each([
    { rows: 20_011, cols: 50, side: "AtA" },
    { rows: 1003, cols: 700, side: "AtA" },
    { rows: 513, cols: 300, side: "AAt" },
  ] as const)("Gram matrix $side of $rows×$cols, exactly symmetric", async (shape) => {
    const { rows, cols, side } = shape;
    const [order, depth] = side === "AtA" ? [cols, rows] : [rows, cols];
    await compare(
      async (backend) => {
        const a = upload(backend, dense(rows, cols, "float32"), stream(2));
        const out = dense(order, order, "float32");
        const handle = backend.gram(out, a, side);
        const [array] = await backend.download([{ ...out, handle }]);
        for (const used of [a.handle, handle]) backend.release(used);
        const mirrored = array!.map((_, i) => array![(i % order) * order + Math.floor(i / order)]!);
        expect(sameBits(mirrored, array!)).toBe(true);
        return [array!];
      },
      depth,
      "float32",
    );
  });

  // β = 1: no power is taken of WH, whose relative error reaches the terms once
  test.each([
    { m: 1500, n: 1100, k: 7, weighted: false },
    { m: 700, n: 530, k: 3, weighted: true },
    { m: 400, n: 530, k: 101, weighted: false },
  ])("divergence terms of $m×$n, weights: $weighted", async ({ m, n, k, weighted }) => {
    for (const dtype of ["float32", "float64"] as const) {
      await compare(
        async (backend) => {
          const next = stream(3);
          const v = upload(backend, dense(m, n, dtype), next);
          const w = upload(backend, dense(m, k, dtype), next);
          const h = upload(backend, dense(k, n, dtype), next);
          const weights = weighted ? { weights: upload(backend, dense(m, n, dtype), next) } : {};
          const results: HostArray[] = [];
          for (const factor of ["H", "W"] as const) {
            const out = factor === "H" ? dense(k, n, dtype) : dense(m, k, dtype);
            const sums = factor === "H" ? dense(k, 1, dtype) : dense(1, k, dtype);
            const denominatorInfo = weighted ? out : sums;
            const { numerator, denominator } = backend.divergenceTerms(
              { numerator: out, denominator: denominatorInfo },
              { beta: 1, v, w, h, ...weights },
              factor,
            );
            results.push(
              ...(await backend.download([
                { ...out, handle: numerator },
                { ...denominatorInfo, handle: denominator },
              ])),
            );
            backend.release(numerator);
            backend.release(denominator);
          }
          for (const operand of [v, w, h, ...Object.values(weights)]) {
            backend.release(operand.handle);
          }
          return results;
        },
        k + m + n + 4,
        dtype,
      );
    }
  });
});
