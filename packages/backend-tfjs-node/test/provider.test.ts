import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { defaultCacheDirectory } from "../src/index.js";
import { describeWhenAvailable } from "./when-available.js";

const empty = mkdtempSync(join(tmpdir(), "nonneg-no-tfjs-"));
afterAll(() => rmSync(empty, { recursive: true }));

const entry = JSON.stringify(new URL("../dist/index.js", import.meta.url).href);

/** Runs a program that has `provider`, in a process of its own: TensorFlow is loaded once per process. */
async function inProcess(program: string, cache: string, cwd = empty) {
  const code = `import { provider } from ${entry}; ${program}`;
  const env = { ...process.env, NONNEG_CACHE: cache };
  const { stdout, stderr } = await promisify(execFile)(
    execPath,
    ["--input-type=module", "--eval", code],
    { env, cwd },
  );
  return { result: JSON.parse(stdout) as unknown, stderr };
}

describe("without TensorFlow", () => {
  test("the reason and the fix are given, and create throws them", async () => {
    const { result } = await inProcess(
      `const answer = await provider.isAvailable();
       const error = await provider.create().catch((error) => error);
       console.log(JSON.stringify([answer, error.code, error.message]));`,
      empty,
    );
    const unavailable = {
      available: false,
      reason: expect.stringContaining(empty) as string,
      fix: "nonneg setup tfjs-node",
    };
    expect(result).toEqual([
      unavailable,
      "NONNEG_BACKEND_UNAVAILABLE",
      expect.stringContaining("nonneg setup tfjs-node"),
    ]);
  });

  test.each([empty, join(empty, "missing"), "", "\0"])(
    "a library %j that is none is a reason, not an error",
    async (library) => {
      const options = JSON.stringify({ library });
      const program = `console.log(JSON.stringify(await provider.isAvailable(${options})));`;
      const { result } = await inProcess(program, empty);
      expect(result).toMatchObject({ available: false });
    },
  );
});

test("an addon that does not load is a reason, though every file is there", async () => {
  const library = join(empty, "broken");
  mkdirSync(join(library, "lib", "napi-v8"), { recursive: true });
  writeFileSync(join(library, "package.json"), '{ "version": "4.22.0" }');
  writeFileSync(join(library, "lib", "napi-v8", "tfjs_binding.node"), "no library");
  const { result } = await inProcess(
    `const options = ${JSON.stringify({ library })};
     const answer = await provider.isAvailable(options);
     const error = await provider.create(options).catch((error) => error);
     console.log(JSON.stringify([answer, error.code]));`,
    empty,
  );
  expect(result).toEqual([
    {
      ...{ available: false, fix: "nonneg setup tfjs-node" },
      reason: expect.stringContaining("tfjs_binding.node") as string,
    },
    "NONNEG_BACKEND_UNAVAILABLE",
  ]);
});

describeWhenAvailable("with TensorFlow", () => {
  test("whether it is available is found out without TensorFlow.js, and is what create says", async () => {
    const { result } = await inProcess(
      `const { default: { _cache: modules } } = await import("node:module");
       const answer = await provider.isAvailable();
       const loaded = Object.keys(modules).filter((file) => /@tensorflow.*[.]js$/.test(file));
       const backend = await provider.create();
       console.log(JSON.stringify([answer, loaded, backend.description]));`,
      defaultCacheDirectory(),
      process.cwd(),
    );
    const [answer, loaded, description] = result as [object, string[], object];
    expect(answer).toEqual({ available: true, dtypes: ["float32"], ...description });
    expect(loaded).toEqual([]);
  });

  test("the first load decides the threads, a later wish is answered by a warning, and no other chatter", async () => {
    const { result, stderr } = await inProcess(
      `const first = (await provider.create({ threads: 1 })).description;
       const again = await provider.isAvailable({ threads: 1 });
       const other = await provider.isAvailable({ threads: 2 });
       const left = Object.keys(process.env).filter((name) => name.startsWith("TF_"));
       console.log(JSON.stringify([first.threads, again.threads, other.threads, left]));`,
      defaultCacheDirectory(),
      process.cwd(),
    );
    const inherited = Object.keys(process.env).filter((name) => name.startsWith("TF_"));
    expect(result).toEqual([1, 1, 1, inherited]);
    const lines = stderr.split("\n").filter((line) => line && !line.startsWith("(Use `node"));
    expect(lines).toEqual([
      expect.stringContaining("[NONNEG_THREADS] Warning: TensorFlow runs with 1 threads"),
    ]);
  });

  test("to find out whether it is available is to load it: the threads stay what they were then", async () => {
    const { result, stderr } = await inProcess(
      `const { threads } = await provider.isAvailable();
       const { description } = await provider.create({ threads: threads + 1 });
       console.log(JSON.stringify([threads, description.threads]));`,
      defaultCacheDirectory(),
      process.cwd(),
    );
    const [threads, then] = result as [number, number];
    expect(then).toBe(threads);
    expect(stderr).toContain(`Warning: TensorFlow runs with ${threads} threads`);
  });

  test("one thread is what computes", async () => {
    const { result } = await inProcess(
      `const backend = await provider.create({ threads: 1 });
       const info = { rows: 1500, cols: 1500, dtype: "float32", format: "dense" };
       const handle = backend.upload(info, new Float32Array(1500 * 1500).fill(1));
       const a = { ...info, handle };
       backend.release(backend.matmul(info, a, a, { transA: false, transB: false }));
       const start = performance.now(), used = process.cpuUsage();
       for (let i = 0; i < 10; i++) backend.release(backend.matmul(info, a, a, { transA: false, transB: false }));
       const { user, system } = process.cpuUsage(used);
       console.log(JSON.stringify((user + system) / 1000 / (performance.now() - start)));`,
      defaultCacheDirectory(),
      process.cwd(),
    );
    // Processor time over wall time: load from elsewhere can only lower it.
    expect(result).toBeLessThan(1.3);
  });
});
