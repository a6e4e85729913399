import type { DivergenceOperands } from "@nonneg/core";
import { createRuntime, type Handle, type Product, WasmBackend } from "@nonneg/backend-wasm/memory";
import { expect, test } from "vitest";
import { dense, info, open, read, sparse, stream } from "./support.js";

test("every call gives its temporary memory back, and 10,000 iterations need no more than one", async () => {
  const backend = await open();
  const next = stream(1);
  const start = backend.usedBytes;
  const [m, n, k] = [20, 30, 3];
  const [wInfo, hInfo, one] = [info(m, k, "float32"), info(k, n, "float32"), info(1, 1, "float32")];
  const w = dense(backend, m, k, "float32", next);
  const h = dense(backend, k, n, "float32", next);
  const inputs = [
    dense(backend, m, n, "float32", next),
    sparse(backend, m, n, "float32", 0.3, next),
  ];
  let used: number | undefined;
  let size: number | undefined;
  const iterate = (v: (typeof inputs)[number]) => {
    for (const factor of ["H", "W"] as const) {
      const [x, sums] = factor === "H" ? [h, info(k, 1, "float32")] : [w, info(1, k, "float32")];
      const out = factor === "H" ? hInfo : wInfo;
      const operands = { beta: 1, v, w, h };
      const terms = backend.divergenceTerms(
        { numerator: out, denominator: sums },
        operands,
        factor,
      );
      const numerator = { ...out, handle: terms.numerator };
      const denominator = { ...sums, handle: terms.denominator };
      const moved = backend.scaleByRatio(out, x, numerator, denominator, 1);
      const loss = backend.divergence({ sum: one, infinite: one }, operands);
      for (const handle of [terms.numerator, terms.denominator, moved, loss.sum, loss.infinite]) {
        backend.release(handle);
      }
    }
  };
  for (let i = 0; i < 10_000; i++) {
    for (const v of inputs) iterate(v);
    used ??= backend.usedBytes;
    size ??= backend.memory.buffer.byteLength;
  }
  expect(backend.usedBytes).toBe(used);
  expect(backend.memory.buffer.byteLength).toBe(size);
  for (const { handle } of [w, h, ...inputs]) backend.release(handle);
  expect(backend.usedBytes).toBe(start);
}, 60_000);

test("matrices of one pattern share its index, freed with the last", async () => {
  const backend = await open();
  const start = backend.usedBytes;
  const v = sparse(backend, 40, 50, "float64", 0.2, stream(2));
  const alone = backend.usedBytes - start;
  const again = backend.upload(info(40, 50, "float64", v.pattern), v.csr);
  expect(backend.usedBytes - start - alone).toBeLessThan(alone);
  const root = backend.elementwise(v, "sqrt", [v]);
  backend.release(v.handle);
  backend.release(again);
  expect(await read(backend, v, root)).toEqual(v.csr.values.map(Math.sqrt));
  backend.release(root);
  expect(backend.usedBytes).toBe(start);
});

test("an upload whose writer throws gives its memory back", async () => {
  const backend = await open();
  const before = backend.usedBytes;
  const refusal = new Error("refused");
  let during = 0;
  for (const dtype of ["float32", "float64"] as const) {
    const write = () => {
      during = backend.usedBytes;
      throw refusal;
    };
    expect(() => backend.uploadFrom(info(50, 70, dtype), write)).toThrow(refusal);
    expect(during).toBeGreaterThan(before);
    expect(backend.usedBytes).toBe(before);
  }
});

test("a refused allocation is a clear error, loses nothing and leaves the backend usable", async () => {
  const backend = await open();
  const [a, b] = [
    dense(backend, 30_000, 1, "float64", () => 1),
    dense(backend, 1, 30_000, "float64", () => 1),
  ];
  const before = backend.usedBytes;
  const plain = { transA: false, transB: false };
  expect(() => backend.matmul(info(30_000, 30_000, "float64"), a, b, plain)).toThrow(
    expect.objectContaining({
      code: "NONNEG_OUT_OF_MEMORY",
      message: expect.stringMatching(/30000×30000 float64.*6866 MiB.*float32.*js/s) as string,
    }) as Error,
  );
  expect(backend.usedBytes).toBe(before);
  const out = info(1, 1, "float64");
  expect(await read(backend, out, backend.matmul(out, b, a, plain))).toEqual(
    Float64Array.of(30_000),
  );
});

/** A dense product in place of the backend's own, as a BLAS would be. */
function slowGemm(memory: () => WebAssembly.Memory, calls: Product[]) {
  return (_: unknown, product: Product) => {
    calls.push(product);
    const { wide, m, n, k, transA, transB } = product;
    const view = (offset: number, length: number) =>
      wide
        ? new Float64Array(memory().buffer, offset, length)
        : new Float32Array(memory().buffer, offset, length);
    const [a, b, c] = [view(product.a, m * k), view(product.b, k * n), view(product.c, m * n)];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = product.accumulate ? c[i * n + j]! : 0;
        for (let p = 0; p < k; p++)
          sum += a[transA ? p * m + i : i * k + p]! * b[transB ? j * k + p : p * n + j]!;
        c[i * n + j] = sum;
      }
    }
  };
}

test("another GEMM computes every dense product, the fused kernels' too", async () => {
  const calls: Product[] = [];
  const product = slowGemm(() => runtime.memory, calls);
  const runtime = await createRuntime({ threads: 1 }, { product });
  const description = { device: "test", threads: 1, software: false, versions: {} };
  const other = new WasmBackend(runtime, description);
  const own = await open();
  const [m, n, k] = [45, 37, 5];
  const run = async (backend: WasmBackend) => {
    const next = stream(3);
    const v = dense(backend, m, n, "float64", next);
    const weights = dense(backend, m, n, "float64", next);
    const w = dense(backend, m, k, "float64", next);
    const h = dense(backend, k, n, "float64", next);
    const results = [];
    for (const factor of ["H", "W"] as const) {
      const out = factor === "H" ? info(k, n, "float64") : info(m, k, "float64");
      const operands: DivergenceOperands<Handle> = { beta: 1, v, w, h, weights };
      const terms = backend.divergenceTerms({ numerator: out, denominator: out }, operands, factor);
      results.push(
        await read(backend, out, terms.numerator),
        await read(backend, out, terms.denominator),
      );
    }
    return results;
  };
  const [expected, got] = [await run(own), await run(other)];
  expect(calls.length).toBeGreaterThan(0);
  for (const [i, array] of got.entries()) {
    array.forEach((x, j) => {
      // both are sums of at most max(m, n) positive terms, each with a model of depth k in it
      const bound = 4 * (m + n + k) * 2 ** -53 * expected[i]![j]!;
      expect(Math.abs(x - expected[i]![j]!)).toBeLessThanOrEqual(bound);
    });
  }
});
