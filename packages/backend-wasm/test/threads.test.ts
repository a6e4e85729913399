import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { HostArray } from "@nonneg/core";
import { provider } from "@nonneg/backend-wasm";
import { expect, test } from "vitest";
import { plain } from "../dist/binary.js";
import { instantiate, kernelNames, threadScratch } from "../dist/kernels.js";
import { Tasks } from "../dist/tasks.js";
import { startWorker } from "../dist/threads.js";
import { dense, info, open, read, sparse, stream } from "./support.js";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Every kernel that shares its work, on sizes that do. */
async function everything(threads: number): Promise<HostArray[]> {
  const backend = await open(threads);
  const results: HostArray[] = [];
  for (const dtype of ["float32", "float64"] as const) {
    const next = stream(7);
    const [m, n, k] = [700, 390, 11];
    const v = dense(backend, m, n, dtype, next);
    const s = sparse(backend, m, n, dtype, 0.3, next);
    const w = dense(backend, m, k, dtype, next);
    const h = dense(backend, k, n, dtype, next);
    const wInfo = info(m, k, dtype);
    const hInfo = info(k, n, dtype);
    const one = info(1, 1, dtype);
    // twice, with a pause: the first round starts the threads, the second finds them
    for (let round = 0; round < 2; round++) {
      const keep = async (out: typeof wInfo, handle: typeof v.handle) => {
        results.push(await read(backend, out, handle));
        backend.release(handle);
      };
      const both = async (
        out: typeof wInfo,
        den: typeof wInfo,
        x: { numerator: typeof v.handle; denominator: typeof v.handle },
      ) => {
        await keep(out, x.numerator);
        await keep(den, x.denominator);
      };
      for (const data of [v, s]) {
        await keep(wInfo, backend.matmul(wInfo, data, h, { transA: false, transB: true }));
        await keep(hInfo, backend.matmul(hInfo, w, data, { transA: true, transB: false }));
        const operands = { beta: 1, v: data, w, h };
        const terms = { numerator: hInfo, denominator: info(k, 1, dtype) };
        await both(hInfo, terms.denominator, backend.divergenceTerms(terms, operands, "H"));
        const terms2 = { numerator: wInfo, denominator: info(1, k, dtype) };
        await both(wInfo, terms2.denominator, backend.divergenceTerms(terms2, operands, "W"));
        const d = backend.divergence({ sum: one, infinite: one }, operands);
        await keep(one, d.sum);
        await keep(one, d.infinite);
        for (const axis of ["rows", "cols", "all"] as const) {
          const out = info(axis === "cols" ? m : 1, axis === "rows" ? n : 1, dtype);
          await keep(out, backend.reduce(out, "sum", data, axis));
        }
      }
      const square = info(k, k, dtype);
      const gram = backend.gram(square, w, "AtA");
      const cross = backend.matmul(hInfo, w, v, { transA: true, transB: false });
      const sweep = backend.coordinateSweep(
        hInfo,
        h,
        { ...square, handle: gram },
        { ...hInfo, handle: cross },
        { factor: "H", l1: 0.1, l2: 0.2 },
      );
      await keep(hInfo, sweep);
      await keep(square, gram);
      await keep(hInfo, cross);
      await keep(v, backend.elementwise(v, "pow", [v, 0.3]));
      await pause(threads > 1 ? 150 : 0);
    }
  }
  await backend[Symbol.asyncDispose]();
  return results;
}

const sameBits = (a: HostArray, b: HostArray) =>
  Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;

test("results do not depend on the number of threads, bit for bit", async () => {
  const one = await everything(1);
  for (const threads of [2, 3]) {
    const several = await everything(threads);
    expect(several).toHaveLength(one.length);
    for (let i = 0; i < one.length; i++) expect(sameBits(several[i]!, one[i]!)).toBe(true);
  }
}, 60_000);

async function bench() {
  const module = await WebAssembly.compile(Buffer.from(plain, "base64"));
  const memory = new WebAssembly.Memory({ initial: 128, maximum: 65_536, shared: true });
  return { module, memory, kernels: instantiate(module, memory) };
}

const convert = kernelNames.indexOf("convert");
const [from, to] = [3 << 20, 4 << 20];
/** Widens 1000 numbers, ten at a time. */
const task = [convert, [1, to, from], 1000, 10] as const;

test("a worker computes by itself what is published, and ends when stopped", async () => {
  const { module, memory } = await bench();
  new Float32Array(memory.buffer, from, 1000).forEach((_, i, a) => (a[i] = i / 4));
  const tasks = new Tasks(memory);
  const end = startWorker({ module, memory, scratch: 1 << 20 });
  for (let round = 0; round < 200; round++) {
    new Float64Array(memory.buffer, to, 1000).fill(-1);
    tasks.publish(...task);
    expect(tasks.wait()).toBe("done");
    expect(new Float64Array(memory.buffer, to, 1000).every((x, i) => x === i / 4)).toBe(true);
  }
  tasks.stop();
  end?.();
});

test("a worker that is killed is not missed", async () => {
  const { module, memory, kernels } = await bench();
  const tasks = new Tasks(memory);
  startWorker({ module, memory, scratch: 1 << 20 })?.();
  await pause(50);
  tasks.publish(...task);
  tasks.work(kernels, (1 << 20) + threadScratch);
  expect(tasks.wait()).toBe("done");
});

test("a thread lost in the middle of a chunk is noticed, a failed kernel too", async () => {
  const { memory, kernels } = await bench();
  const tasks = new Tasks(memory, 20);
  tasks.publish(...task);
  // claims a chunk, as a thread would, and does nothing
  Atomics.add(new Int32Array(memory.buffer), 16, 1);
  tasks.work(kernels, 1 << 20);
  expect(tasks.wait()).toBe("lost");

  const past = memory.buffer.byteLength - 8;
  const failing = new Tasks(memory);
  failing.publish(convert, [1, past, from], 1000, 10);
  failing.work(kernels, 1 << 20);
  expect(failing.wait()).toBe("failed");
});

test("a process that leaves its backend open exits by itself", async () => {
  const index = new URL("../dist/index.js", import.meta.url).href;
  const script = `
    import { provider } from ${JSON.stringify(index)};
    const backend = await provider.create({ threads: 3 });
    const info = { rows: 600, cols: 600, dtype: "float32", format: "dense" };
    const a = { ...info, handle: backend.upload(info, new Float32Array(360000).fill(1)) };
    for (let i = 0; i < 20; i++) {
      const c = backend.matmul(info, a, a, { transA: false, transB: false });
      backend.release(c);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    console.log("done");`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { timeout: 30_000 },
  );
  expect(stdout).toBe("done\n");
}, 40_000);

test("a closed backend says so", async () => {
  const backend = await open();
  const a = dense(backend, 3, 3, "float32", () => 1);
  await backend[Symbol.asyncDispose]();
  expect(() => backend.matmul(a, a, a, { transA: false, transB: false })).toThrow(
    expect.objectContaining({ code: "NONNEG_BACKEND_FAILED" }) as Error,
  );
});

test("threads that are no number of threads are refused", async () => {
  for (const threads of [0, -1, 1.5, Number.NaN]) {
    await expect(provider.create({ threads })).rejects.toMatchObject({ code: "NONNEG_OPTION" });
  }
});
