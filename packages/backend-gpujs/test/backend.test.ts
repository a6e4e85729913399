import { type Backend, factorize, Linalg, type Matrix } from "@nonneg/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { GpujsBackend } from "../src/index.js";
import { type DeviceMemory, watchDevices } from "./device-memory.js";
import { info, open, operand, randomFrom, runnableModes, upload } from "./support.js";

describe.each(await runnableModes())("gpujs:%s", (mode) => {
  let backend: GpujsBackend;
  let onDevice: () => DeviceMemory;
  beforeAll(async () => {
    onDevice = await watchDevices(mode);
    backend = await open(mode);
  });
  afterAll(() => backend[Symbol.asyncDispose]());

  /** Multiplicative updates of V ≈ WH, two half-steps each, by everything that the rules use. */
  async function iterate(la: Linalg, iterations: number): Promise<void> {
    const random = randomFrom(1);
    const make = (rows: number, cols: number) =>
      la.upload({ rows, cols, data: Float32Array.from({ length: rows * cols }, random) });
    const v = make(7, 5);
    const w = make(7, 2);
    let h = make(2, 5);
    const free = (...all: Matrix[]) =>
      all.forEach((one) => la.release(one, one.operand(la).handle));
    for (let i = 0; i < iterations; i++) {
      const numerator = la.matmul(w, v, { transA: true });
      const gram = la.gram(w, "AtA");
      const denominator = la.matmul(gram, h);
      const moved = la.scaleByRatio(h, numerator, denominator);
      free(numerator, gram, denominator, h);
      h = moved;
      const model = la.matmul(w, h);
      const error = la.sub(v, model);
      const total = la.sum(error);
      free(model, error, total);
    }
    const [factor] = await la.download(h);
    expect(factor!.every(Number.isFinite)).toBe(true);
    free(v, w, h);
  }

  test("1,000 iterations leave nothing on the device", async () => {
    const la = new Linalg(backend);
    await iterate(la, 3); // kernels are compiled, and keep buffers of their own
    await backend.sync();
    const before = onDevice();
    expect(backend.live).toBe(0);
    await iterate(la, 1000);
    await backend.sync();
    expect(backend.live).toBe(0);
    expect(onDevice()).toEqual(before);
  });

  test("an aborted fit, and one that fails in the middle, leave nothing", async () => {
    const own: Backend = await open(mode);
    const la = new Linalg(own);
    const random = randomFrom(1);
    const V = { rows: 7, cols: 5, data: Float32Array.from({ length: 35 }, random) };
    const options = { rank: 2, loss: "kullback-leibler", tol: 0, kktTol: 0 } as const;
    const live = async () => {
      await own.sync();
      return { own: (own as GpujsBackend).live, ...onDevice() };
    };
    await factorize(la, V, { ...options, maxIterations: 20 }); // kernels are compiled, as above
    const before = await live();
    expect(before.own).toBe(0);

    const abort = new AbortController();
    const { stoppedBy } = await factorize(la, V, {
      ...options,
      signal: abort.signal,
      onIteration: ({ iteration }) => {
        if (iteration === 15) abort.abort();
      },
    });
    expect(stoppedBy).toBe("aborted");
    expect(await live()).toEqual(before);

    const step = own.scaleByRatio!.bind(own);
    let steps = 0;
    own.scaleByRatio = (...given) => {
      if (++steps > 15) throw new Error("enough");
      return step(...given);
    };
    await expect(factorize(la, V, options)).rejects.toThrow("enough");
    expect(await live()).toEqual(before);
    await own[Symbol.asyncDispose]();
  });

  test.runIf(["webgpu", "headlessgl"].includes(mode))(
    "nor do kernels keep what they were given or gave last",
    async () => {
      const big = info(512, 1024);
      const work = () => {
        const x = operand(512, 1024, backend.upload(big, new Float32Array(512 * 1024)));
        const y = operand(512, 1024, backend.elementwise(big, "mul", [x, 2]));
        const z = backend.scaleByRatio(big, x, y, y, 0.5);
        for (const handle of [x.handle, y.handle, z]) backend.release(handle);
        return backend.download([]); // not `sync`, which would have kernels keep something smaller
      };
      await work(); // as above
      const before = onDevice();
      await work();
      expect(onDevice()).toEqual(before);
      expect(onDevice().bytes).toBeLessThan(512 * 1024 * 4);
    },
  );

  test("an error in the middle poisons what depends on it, surfaces at download, and leaks nothing", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const quiet = vi.spyOn(console, "error").mockReturnValue(undefined);
    await backend.sync();
    const before = backend.live;

    const x = upload(backend, 2, 2, [1, 2, 3, 4]);
    const broken = operand(2, 2, backend.elementwise(info(2, 2), "no such op" as "abs", [x]));
    const next = operand(2, 2, backend.elementwise(info(2, 2), "add", [broken, x]));
    const last = operand(1, 1, backend.reduce(info(1, 1), "sum", next, "all"));
    const sound = operand(2, 2, backend.elementwise(info(2, 2), "add", [x, 1]));
    const cause = await backend.download([broken]).catch((error: unknown) => error);
    expect(cause).toBeInstanceOf(Error);
    await expect(backend.download([sound, last])).rejects.toBe(cause);
    expect(await backend.download([sound])).toEqual([Float32Array.of(2, 3, 4, 5)]);

    for (const { handle } of [x, broken, next, last, sound]) backend.release(handle);
    await backend.sync();
    expect(backend.live).toBe(before);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).not.toHaveBeenCalled();
    process.off("unhandledRejection", unhandled);
    quiet.mockRestore();
  });

  test("upload copies, and a release right after the call that uses the handle is harmless", async () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const x = operand(2, 2, backend.upload(info(2, 2), data));
    data.fill(0);
    const y = operand(2, 2, backend.matmul(info(2, 2), x, x, { transA: true, transB: false }));
    const read = backend.download([y, x]);
    backend.release(x.handle);
    backend.release(y.handle);
    expect(await read).toEqual([Float32Array.of(10, 14, 14, 20), Float32Array.of(1, 2, 3, 4)]);
  });

  test("a matrix past the limit is refused with the limit in the error", () => {
    const { maxElements } = backend.capabilities;
    const call = () => backend.elementwise(info(maxElements, 2), "add", [0, 1]);
    expect(call).toThrow(expect.objectContaining({ code: "NONNEG_OUT_OF_MEMORY" }) as Error);
    expect(call).toThrow(`at most ${maxElements}`);
  });

  test("CSR and float64 are refused", () => {
    const csr = {
      indptr: Int32Array.of(0, 1),
      indices: Int32Array.of(0),
      values: Float32Array.of(1),
    };
    const unsupported = expect.objectContaining({ code: "NONNEG_UNSUPPORTED" }) as Error;
    const one = { ...info(1, 1), pattern: { nnz: 1 } };
    expect(() => backend.upload({ ...one, format: "csr" }, csr)).toThrow(unsupported);
    expect(() => backend.upload({ ...info(1, 1), dtype: "float64" }, Float64Array.of(1))).toThrow(
      unsupported,
    );
  });

  // Where a float32 no longer counts, 2^24, an index kept in a float reads its neighbour.
  test("entries past 2^24 are found, whole, repeated and reduced", async ({ skip }) => {
    const n = 2 ** 24 + 8;
    skip(n > backend.capabilities.maxElements, `it holds ${backend.capabilities.maxElements}`);
    const cols = 8;
    const rows = n / cols;
    const values = new Float32Array(n);
    for (let i = 0; i < cols; i++) values[n - 1 - i] = i + 1;
    const x = operand(rows, cols, backend.upload(info(rows, cols), values));
    const weights = upload(backend, 1, cols, [1, 10, 100, 1000, 0, 0, 0, 0]);
    const scaled = operand(rows, cols, backend.elementwise(info(rows, cols), "mul", [x, weights]));
    const total = operand(1, 1, backend.reduce(info(1, 1), "sum", scaled, "all"));
    const byColumn = operand(1, cols, backend.reduce(info(1, cols), "sum", scaled, "rows"));
    const last = upload(
      backend,
      1,
      rows,
      Float32Array.from({ length: rows }, (_, i) => +(i === rows - 1)),
    );
    const row = operand(
      1,
      cols,
      backend.matmul(info(1, cols), last, x, { transA: false, transB: false }),
    );
    const [sum, sums, taken] = await backend.download([total, byColumn, row]);
    for (const { handle } of [x, weights, scaled, total, byColumn, last, row])
      backend.release(handle);
    expect([...taken!]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect([...sums!]).toEqual([8, 70, 600, 5000, 0, 0, 0, 0]);
    expect([...sum!]).toEqual([5678]);
  });

  interface Context {
    readonly device: { createBuffer(descriptor: { size: number; usage: number }): unknown };
    activeTexture(unit: number): void;
  }
  const mistakes: Record<string, (context: Context) => void> = {
    webgpu: ({ device }) => device.createBuffer({ size: 4, usage: 0 }), // no usage at all
    headlessgl: (context) => context.activeTexture(0), // no texture unit
  };

  test.runIf(mistakes[mode])(
    "an error that the device reports later surfaces at download",
    async () => {
      const quiet = vi.spyOn(console, "error").mockReturnValue(undefined);
      const own = await open(mode);
      const x = upload(own, 1, 1, [1]);
      await own.download([x]);
      mistakes[mode]!((x.handle.value as unknown as { context: Context }).context);
      await expect(own.download([x])).rejects.toMatchObject({ code: "NONNEG_BACKEND_FAILED" });
      await expect(own.sync()).rejects.toMatchObject({ code: "NONNEG_BACKEND_FAILED" });
      await own[Symbol.asyncDispose]();
      quiet.mockRestore();
    },
  );

  test("a closed backend refuses work", async () => {
    const own = await open(mode);
    await own[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
    expect(() => upload(own, 1, 1, [1])).toThrow("disposed");
    await expect(own.sync()).rejects.toMatchObject({ code: "NONNEG_DISPOSED" });
  });
});
