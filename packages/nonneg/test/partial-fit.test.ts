import { mkdtemp, rm } from "node:fs/promises";
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
import { DIGITS, npy, toSparse } from "./support.js";

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
