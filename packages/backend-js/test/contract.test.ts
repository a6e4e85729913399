import type { MatrixInfo, Operand } from "@nonneg/core";
import { expect, test } from "vitest";
import { createJsBackend, type JsHandle, provider } from "../src/index.js";

const info: MatrixInfo = { rows: 2, cols: 2, dtype: "float64", format: "dense" };
const pattern = { nnz: 2 };
const sparseInfo: MatrixInfo = { ...info, format: "csr", pattern };
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

function setUp() {
  const backend = createJsBackend();
  const operand = (out: MatrixInfo, handle: JsHandle): Operand<JsHandle> => ({ ...out, handle });
  const a = operand(info, backend.upload(info, Float64Array.of(1, 2, 3, 4)));
  const csr = {
    indptr: Int32Array.of(0, 1, 2),
    indices: Int32Array.of(1, 0),
    values: Float64Array.of(5, 6),
  };
  const s = operand(sparseInfo, backend.upload(sparseInfo, csr));
  return { backend, operand, a, s, csr };
}

test("the provider is always available and creates a backend of its name", async () => {
  expect(await provider.isAvailable()).toMatchObject({
    available: true,
    dtypes: ["float32", "float64"],
  });
  await using backend = await provider.create();
  expect(backend).toMatchObject({ name: "js", apiVersion: 1 });
});

test("upload and download copy", async () => {
  const { backend, operand, a, csr, s } = setUp();
  const data = Float64Array.of(1, 2, 3, 4);
  const b = operand(info, backend.upload(info, data));
  data.fill(9);
  csr.values.fill(9);
  csr.indices.fill(0);
  csr.indptr.fill(0);
  const [first] = await backend.download([b]);
  first!.fill(9);
  expect(await backend.download([b, s])).toEqual([
    Float64Array.of(1, 2, 3, 4),
    Float64Array.of(5, 6),
  ]);
  const product = backend.matmul(info, s, a, { transA: false, transB: false });
  expect(await backend.download([operand(info, product)])).toEqual([
    Float64Array.of(15, 20, 6, 12),
  ]);
});

test("every call leaves its operands as they are and returns memory of its own", async () => {
  const { backend, operand, a, s } = setUp();
  const plain = { transA: false, transB: false };
  const one: MatrixInfo = { ...info, rows: 1, cols: 1 };
  const factors = { beta: 1.5, v: a, w: a, h: a };
  const terms = backend.divergenceTerms({ numerator: info, denominator: info }, factors, "H");
  const divergence = backend.divergence({ sum: one, infinite: one }, factors);
  const row = { ...info, rows: 1 };
  const sums = operand(row, backend.reduce(row, "sum", a, "rows"));
  const fair = { factor: "H", share: 1 } as const;
  const kkt = backend.stationarity({ residual: one, scale: one }, a, a, a, sums, fair);
  const outputs = [
    sums,
    operand(info, backend.matmul(info, a, a, plain)),
    operand(info, backend.matmul(info, a, s, plain)),
    operand(info, backend.elementwise(info, "max", [a, 0])),
    operand(sparseInfo, backend.elementwise(sparseInfo, "max", [s, 0])),
    operand({ ...info, rows: 1 }, backend.reduce({ ...info, rows: 1 }, "max", a, "rows")),
    operand(info, backend.gram(info, a, "AtA")),
    operand(info, backend.scaleByRatio(info, a, a, a, 1)),
    operand(info, backend.coordinateSweep(info, a, a, a, { factor: "W", l1: 0, l2: 0 })),
    operand(info, backend.coordinateSweep(info, a, a, a, { factor: "H", l1: 0, l2: 0 })),
    operand(sparseInfo, backend.sampledMatmul(sparseInfo, a, a, s)),
    operand(info, terms.numerator),
    operand(info, terms.denominator),
    operand(one, divergence.sum),
    operand(one, divergence.infinite),
    operand(one, kkt.residual),
    operand(one, kkt.scale),
  ];
  const before = [Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6)];
  expect(await backend.download([a, s])).toEqual(before);

  const memory = (m: Operand<JsHandle>) => {
    const { matrix } = m.handle;
    return matrix && ("indptr" in matrix ? matrix.values : matrix.data).buffer;
  };
  expect(new Set([...outputs, a, s].map(memory)).size).toBe(outputs.length + 2);
  expect(backend.live).toBe(outputs.length + 2);
  for (const output of [...outputs, a, s]) backend.release(output.handle);
  expect(backend.live).toBe(0);
});

test("release lets go of the memory, once, and a released handle is refused", async () => {
  const { backend, a } = setUp();
  const { live } = backend;
  backend.release(a.handle);
  backend.release(a.handle);
  expect(backend.live).toBe(live - 1);
  expect(a.handle.matrix).toBeUndefined();
  expect(() => backend.reduce(info, "sum", a, "all")).toThrow(refusal("NONNEG_DISPOSED"));
  await expect(backend.download([a])).rejects.toThrow(refusal("NONNEG_DISPOSED"));
});

test("a backend that was disposed of refuses work", async () => {
  const { backend, a } = setUp();
  await backend[Symbol.asyncDispose]();
  const disposed = refusal("NONNEG_DISPOSED");
  expect(() => backend.upload(info, new Float64Array(4))).toThrow(disposed);
  expect(() => backend.elementwise(info, "add", [1, 2])).toThrow(disposed);
  expect(() => backend.gram(info, a, "AtA")).toThrow(disposed);
  await expect(backend.download([])).rejects.toThrow(disposed);
  await expect(backend.sync()).rejects.toThrow(disposed);
  expect(() => backend.release(a.handle)).not.toThrow();
});

test("what does not fit in memory is refused with its shape and bytes", () => {
  const { backend, operand } = setUp();
  const column: MatrixInfo = { ...info, rows: 2 ** 26, cols: 1, dtype: "float32" };
  const vast: MatrixInfo = { ...column, cols: 2 ** 26 };
  const tall = operand(column, backend.upload({ ...column, rows: 1 }, new Float32Array(1)));
  const { live } = backend;
  for (const call of [
    () => backend.elementwise(vast, "add", [1, 0]),
    () => backend.matmul(vast, tall, tall, { transA: false, transB: true }),
  ]) {
    expect(call).toThrow(refusal("NONNEG_OUT_OF_MEMORY"));
    expect(call).toThrow(/67108864×67108864 float32 matrix needs 18014398509481984 bytes/);
  }
  expect(backend.live).toBe(live);
});
