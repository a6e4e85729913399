import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  factorize,
  type HostDense,
  type HostSparse,
  load,
  type OnlineModel,
  partialFit,
} from "../src/index.js";
import { writeNpy } from "../src/io/index.js";
import { DIGITS, here, nonneg, npy, type Result, toSparse } from "./support.js";

let directory = "";
let digits: HostDense;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "nonneg online "));
  digits = await npy(DIGITS);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const rowsOf = ({ cols, data }: HostDense, from: number, to: number): HostDense => ({
  rows: to - from,
  cols,
  data: data.slice(from * cols, to * cols),
});
const transposed = ({ rows, cols, data }: HostDense): HostDense => ({
  rows: cols,
  cols: rows,
  data: data.map((_, p) => data[(p % rows) * cols + Math.floor(p / rows)]!),
});
const largestDifference = (a: HostDense, b: HostDense): number =>
  Math.max(...Array.from(a.data, (x, p) => Math.abs(x - b.data[p]!))) / Math.max(...b.data);

describe.each(["rows", "columns"] as const)("samples in %s", (samples) => {
  const oriented = (A: HostDense) => (samples === "rows" ? A : transposed(A));
  const options = { rank: 6, samples, backend: "js" } as const;

  test("a stream of digits is learned about as well as all of them at once", async () => {
    let model = await partialFit(oriented(rowsOf(digits, 0, 200)), options);
    const unseen: number[] = [];
    for (let at = 200; at + 200 < 1797; at += 200) {
      model = await model.partialFit(oriented(rowsOf(digits, at, at + 200)), { backend: "js" });
      unseen.push(model.relativeError);
    }
    expect(model.state.batches).toBe(8);
    const all = oriented(digits);
    const rest = { backend: "js", tol: 0, kktTol: 0, maxIterations: 100 } as const;
    const online = await model.transform(all, rest);
    const full = await factorize(all, { ...options, ...rest, maxIterations: 50 });
    const none = await (
      await partialFit(oriented(rowsOf(digits, 0, 1)), options)
    ).transform(all, rest);
    expect(online.relativeError).toBeLessThan(1.1 * full.relativeError);
    expect(online.relativeError).toBeLessThan(0.9 * none.relativeError);
    expect(unseen.at(-1)).toBeLessThan(unseen[0]!);
  });

  test.each([2, 1])("sparse batches are as dense ones: β = %i", async (loss) => {
    const run = async (form: (A: HostDense) => HostDense | HostSparse) => {
      let model = await partialFit(form(oriented(rowsOf(digits, 0, 30))), { ...options, loss });
      for (const at of [30, 60]) {
        const batch = form(oriented(rowsOf(digits, at, at + 30)));
        model = await model.partialFit(batch, { backend: "js" });
      }
      return model;
    };
    const [dense, sparse] = [await run((A) => A), await run(toSparse)];
    expect(largestDifference(sparse.basis, dense.basis)).toBeLessThan(1e-9);
    expect(largestDifference(sparse.coefficients, dense.coefficients)).toBeLessThan(1e-9);
  });

  test("saved and loaded it goes on to the same bits", async () => {
    const place = join(directory, samples);
    const next = oriented(rowsOf(digits, 100, 200));
    const model = await partialFit(oriented(rowsOf(digits, 0, 100)), { ...options, loss: 1 });
    await model.save(place);
    const loaded = await load(place);
    expect((loaded as OnlineModel).state).toEqual(model.state);
    const [here, there] = [
      await model.partialFit(next, { backend: "js" }),
      await loaded.partialFit(next, { backend: "js" }),
    ];
    expect([there.W, there.H, there.state]).toEqual([here.W, here.H, here.state]);
    expect(here.W).not.toEqual(model.W);
    // Saved again by a fit of the whole, the place holds that.
    await (await factorize(next, { ...options, maxIterations: 1 })).save(place);
    expect(await load(place)).not.toHaveProperty("state");
  });

  test("a fitted model goes on from its basis", async () => {
    const first = oriented(rowsOf(digits, 0, 100));
    const fitted = await factorize(first, { ...options, maxIterations: 100 });
    const same = await fitted.partialFit(first, { backend: "js" });
    expect(same.relativeError).toBeLessThan(1.01 * fitted.relativeError);
    expect([same.basis.rows, same.basis.cols]).toEqual([fitted.basis.rows, fitted.basis.cols]);
    expect(same.beta).toBe(fitted.beta);
  });
});

describe("the command", () => {
  const path = (name: string) => join(directory, name);
  /** A file for each batch of a hundred digits. */
  const batches = async (...at: number[]): Promise<string[]> =>
    await Promise.all(
      at.map(async (from) => {
        const file = path(`digits-${from}.npy`);
        await writeNpy(file, rowsOf(digits, from, from + 100));
        return file;
      }),
    );
  const run = (model: string, files: readonly string[], ...options: string[]) =>
    nonneg(["partial-fit", model, ...files, "--backend", "js", ...options]);
  const stateOf = async (model: string) => ((await load(model)) as OnlineModel).state;

  test("learns from files, one after another and call after call, as the API does", async () => {
    const model = path("from files");
    const files = await batches(0, 100, 200);
    const penalties = ["--l1-w", "0.1", "--l2-h", "2", "--memory", "0.9", "--steps", "2"];
    const decided = ["--rank", "4", "--loss", "kullback-leibler", "--seed", "3"];
    const first = await run(model, files.slice(0, 2), ...decided, ...penalties, "--json");
    expect(first.code, first.stderr).toBe(0);
    const then = await run(model, files.slice(2), ...penalties, "--json", "--quiet");
    expect([then.code, then.stderr]).toEqual([0, ""]);

    const options = {
      penalties: { W: { l1: 0.1, l2: 0 }, H: { l1: 0, l2: 2 } },
      memory: 0.9,
      steps: 2,
      backend: "js",
    } as const;
    const fit = { rank: 4, loss: "kullback-leibler", seed: 3, ...options } as const;
    let expected = await partialFit(rowsOf(digits, 0, 100), fit);
    const said = [expected];
    for (const at of [100, 200]) {
      expected = await expected.partialFit(rowsOf(digits, at, at + 100), options);
      said.push(expected);
    }
    expect(await stateOf(model)).toEqual(expected.state);
    const lines = [first, then].flatMap(({ stdout }) => stdout.trim().split("\n"));
    const results = lines.map((line) => JSON.parse(line) as Result);
    expect(results.map(({ relativeError }) => relativeError)).toEqual(
      said.map(({ relativeError }) => relativeError),
    );
    expect(results.at(-1)).toMatchObject({ rank: 4, beta: 1, online: { batches: 3 } });
    expect(first.stderr).toContain(`${files[1]!}: 100 samples`);
  });

  test("goes on from the basis of a fit, and starts from one that is given", async () => {
    const [file] = await batches(300);
    const model = path("fitted");
    const fitted = await factorize(rowsOf(digits, 0, 100), { rank: 3, backend: "js" });
    await fitted.save(model);
    expect((await run(model, [file!])).code).toBe(0);
    const given = path("given");
    const basis = path("basis.npy");
    await writeNpy(basis, fitted.H);
    expect((await run(given, [file!], "--rank", "3", "--init", basis)).code).toBe(0);
    const next = await fitted.partialFit(rowsOf(digits, 300, 400), { backend: "js" });
    expect([await stateOf(model), await stateOf(given)]).toEqual([next.state, next.state]);
  });

  test("what is wrong leaves the model as it was", async () => {
    const model = path("careful");
    const files = await batches(0, 100);
    const refused = async (files: string[], ...options: string[]) => {
      const { code, stderr, stdout } = await run(model, files, ...options);
      expect([code, stdout]).toEqual([1, ""]);
      return stderr;
    };
    expect(await refused(files)).toMatch(/^NONNEG_OPTION: .*--rank/);
    await expect(readdir(model)).rejects.toMatchObject({ code: "ENOENT" });
    expect((await run(model, files.slice(0, 1), "--rank", "3")).code).toBe(0);
    const state = await stateOf(model);
    expect(await refused(files, "--rank", "3", "--seed", "1")).toMatch(
      /^NONNEG_OPTION: .*--rank and --seed/,
    );
    expect(await refused(files, "--l1-h", "1")).toMatch(/^NONNEG_OPTION: .*penalties/);
    expect(await refused(files, "--memory", "0")).toMatch(/^NONNEG_OPTION: .*memory/);
    // Before the files that come before it are learned from.
    expect(await refused([...files, path("absent.npy")])).toMatch(/^NONNEG_IO: .*absent/);
    expect(await stateOf(model)).toEqual(state);
  });

  test("an error names the file that is at fault, and the batches before it stay", async () => {
    const [first] = await batches(0);
    const wrong = async (name: string, change: (data: HostDense["data"]) => HostDense) => {
      const file = path(name);
      await writeNpy(file, change(rowsOf(digits, 100, 200).data));
      return file;
    };
    const whole = (data: HostDense["data"]) => ({ rows: 100, cols: 64, data });
    const files = [
      [await wrong("negative.npy", (data) => whole(data.with(70, -4))), "NEGATIVE_INPUT", "row 1"],
      [await wrong("nan.npy", (data) => whole(data.with(70, NaN))), "NOT_FINITE", "row 1"],
      [
        await wrong("narrow.npy", (data) => ({ rows: 200, cols: 32, data })),
        "SHAPE_MISMATCH",
        "64",
      ],
    ] as const;
    for (const [file, code, says] of files) {
      const model = path(`model of ${code}`);
      const { code: exit, stderr } = await run(model, [first!, file], "--rank", "3");
      expect(exit).toBe(1);
      const [learned, error, ...rest] = stderr.split("\n");
      expect(learned).toContain(`${first!}: 100 samples`);
      expect(error).toMatch(new RegExp(`^NONNEG_${code}: .*${says}`));
      expect(error).toContain(`: ${file}: `);
      expect(rest).toEqual([""]);
      expect((await stateOf(model)).batches).toBe(1);
    }
    // What is wrong with an option is not the file's fault.
    const option = await run(path("none"), [first!], "--rank", "3", "--memory", "0");
    expect(option.stderr).not.toContain(first!);
  });

  // Windows has no signal that one process sends another as Ctrl-C.
  test.skipIf(process.platform === "win32")("Ctrl-C keeps the batches before", async () => {
    const model = path("interrupted");
    const [first, second] = await batches(0, 100);
    expect((await run(model, [first!], "--rank", "3")).code).toBe(0);
    const state = await stateOf(model);
    const backend = here("announcing-backend.js");
    const cut = await nonneg(
      [
        ...["partial-fit", model, second!, first!, "--backend", backend],
        ...["--inner-iterations", "1000000000", "--json"],
      ],
      { interruptAt: "a hundred products" },
    );
    expect([cut.code, cut.stdout], cut.stderr).toEqual([130, ""]);
    expect(await stateOf(model)).toEqual(state);
  });
});
