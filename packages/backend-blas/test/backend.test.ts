import { execFileSync } from "node:child_process";
import process, { execPath } from "node:process";
import type { Worker } from "node:worker_threads";
import type { Backend, Dtype, HostArray, MatrixInfo } from "@nonneg/core";
import { provider } from "@nonneg/backend-blas";
import { provider as wasm } from "@nonneg/backend-wasm";
import type { WasmBackend } from "@nonneg/backend-wasm/memory";
import { expect, test, vi } from "vitest";
import { loadLibrary as loadShared } from "../dist/library.js";
import { betterCore, cpuFlags } from "../src/core-type.js";
import { loadLibrary } from "../src/library.js";
import { cutProduct } from "../src/product.js";
import { stream } from "./support.js";
import { describeWhenAvailable, fromEnvironment } from "./when-available.js";

const unit = { float32: 2 ** -24, float64: 2 ** -53 };
const dense = (rows: number, cols: number, dtype: Dtype): MatrixInfo => ({
  ...{ rows, cols, dtype, format: "dense" },
});

function upload(backend: WasmBackend, info: MatrixInfo, next: () => number) {
  const { rows, cols, dtype } = info;
  const data = new (dtype === "float64" ? Float64Array : Float32Array)(rows * cols).map(next);
  return { ...info, handle: backend.upload(info, data) };
}

const open = async (threads: number) =>
  (await provider.create({ threads, ...fromEnvironment })) as WasmBackend;

/** Vitest compares long arrays slowly. */
const sameBits = (a: HostArray, b: HostArray) =>
  Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;

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

describeWhenAvailable("a backend", () => {
  test("says what runs", async () => {
    await using backend = await open(2);
    expect(backend.name).toBe("blas");
    expect(backend.description).toMatchObject({ device: "cpu", threads: 2, software: false });
    const [library] = Object.entries(backend.description.versions);
    expect(library).toEqual([
      expect.stringMatching(/^(openblas|mkl|blis|accelerate|blas)$/),
      expect.stringMatching(/./),
    ]);
  });

  test("gives the library its number of threads back", async () => {
    const { threads } = loadLibrary(fromEnvironment.library).vendor;
    const before = threads?.get();
    const backend = await open(2);
    expect(threads?.get()).toBe(threads && 1);
    await backend[Symbol.asyncDispose]();
    expect(threads?.get()).toBe(before);
    await backend[Symbol.asyncDispose]();
    expect(threads?.get()).toBe(before);
  });

  test("closed and used again: a clear error", async () => {
    const backend = await open(1);
    const info = dense(2, 2, "float32");
    const a = upload(backend, info, stream(4));
    await backend[Symbol.asyncDispose]();
    expect(() => backend.matmul(info, a, a, { transA: false, transB: false })).toThrow(
      expect.objectContaining({ code: "NONNEG_BACKEND_FAILED" }),
    );
  });

  test("says where OPENBLAS_CORETYPE asks for less than the CPU has", () => {
    const program = `
      import { provider } from "@nonneg/backend-blas";
      const { versions } = await provider.isAvailable(${JSON.stringify(fromEnvironment)});
      process.stdout.write(JSON.stringify(versions));`;
    const versions = (coreType?: string) => {
      const env = { ...process.env, OPENBLAS_CORETYPE: coreType };
      return JSON.parse(
        execFileSync(execPath, ["--input-type=module", "-e", program], {
          ...{ cwd: new URL("..", import.meta.url), encoding: "utf8", timeout: 50_000 },
          env,
        }),
      ) as Record<string, string>;
    };
    expect(versions()).not.toHaveProperty("OPENBLAS_CORETYPE");
    const asked = versions("Prescott");
    // other libraries do not look at it, nor does an OpenBLAS built for one CPU
    const kernel = asked["openblas"]?.split(" ")[1] ?? "";
    const better = betterCore(kernel, cpuFlags());
    expect(asked["OPENBLAS_CORETYPE"]).toBe(
      better && `Prescott, slower than ${better}, which this CPU has`,
    );
  });

  test("a worker killed in the middle of work: a right result or a clear error, and another backend computes", async () => {
    const workers: Worker[] = [];
    process.on("worker", (worker) => workers.push(worker));
    const { cblas } = loadShared(fromEnvironment.library);
    const info = dense(1536, 1536, "float32");
    const plain = { transA: false, transB: false };
    const product = async (backend: Backend) => {
      const a = {
        ...info,
        handle: backend.upload(info, new Float32Array(1536 ** 2).map(stream(5))),
      };
      const handle = backend.matmul(info, a, a, plain);
      return (await backend.download([{ ...info, handle }]))[0]!;
    };
    const alone = await open(1);
    const expected = await product(alone);
    await alone[Symbol.asyncDispose]();

    const { rows, cols, depth } = cutProduct(1536, 1536, 1536);
    const chunks = Math.ceil(1536 / rows) * Math.ceil(1536 / cols) * Math.ceil(1536 / depth);
    const backend = await open(2);
    const call = cblas.gemm.bind(cblas);
    const gemm = vi.spyOn(cblas, "gemm");
    // until the worker computes chunks too
    do {
      await new Promise((resolve) => setTimeout(resolve, 50));
      gemm.mockClear();
      await product(backend);
    } while (gemm.mock.calls.length === chunks);
    const { now } = Date;
    gemm.mockImplementationOnce((...args) => {
      void workers[0]!.terminate();
      // the patience with a thread that is lost is a minute
      let minutes = 0;
      vi.spyOn(Date, "now").mockImplementation(() => now() + 61_000 * minutes++);
      call(...args);
    });
    const outcome = await product(backend).catch((error: unknown) => error);
    vi.restoreAllMocks();
    if (outcome instanceof Error) {
      const closed = {
        code: "NONNEG_BACKEND_FAILED",
        message: expect.stringMatching(/gemm kernel .*the backend is closed/) as string,
      };
      expect(outcome).toMatchObject(closed);
      await expect(product(backend)).rejects.toMatchObject(closed);
    } else {
      expect(sameBits(outcome as HostArray, expected)).toBe(true);
      expect(sameBits(await product(backend), expected)).toBe(true);
    }
    await backend[Symbol.asyncDispose]();
    const another = await open(2);
    expect(sameBits(await product(another), expected)).toBe(true);
    await another[Symbol.asyncDispose]();
    process.removeAllListeners("worker");
  });

  test("a process that leaves its backend open exits by itself", () => {
    const program = `
      import { provider } from "@nonneg/backend-blas";
      const backend = await provider.create(${JSON.stringify({ threads: 2, ...fromEnvironment })});
      const info = { rows: 600, cols: 600, dtype: "float32", format: "dense" };
      const a = { ...info, handle: backend.upload(info, new Float32Array(360000).fill(1)) };
      for (let i = 0; i < 5; i++) backend.matmul(info, a, a, { transA: false, transB: false });
      process.stdout.write("done");`;
    const args = ["--input-type=module", "-e", program];
    const cwd = new URL("..", import.meta.url);
    expect(execFileSync(execPath, args, { cwd, encoding: "utf8", timeout: 50_000 })).toBe("done");
  });
});
