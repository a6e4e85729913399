import { execFileSync } from "node:child_process";
import process, { execPath } from "node:process";
import type { Worker } from "node:worker_threads";
import type { Backend, HostArray } from "@nonneg/core";
import { expect, test, vi } from "vitest";
import { loadLibrary as loadShared } from "../dist/library.js";
import { betterCore, cpuFlags } from "../src/core-type.js";
import { loadLibrary } from "../src/library.js";
import { cutProduct } from "../src/product.js";
import { stream } from "./support.js";
import { dense, open, sameBits, upload } from "./threads.js";
import { describeWhenAvailable, fromEnvironment } from "./when-available.js";

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
