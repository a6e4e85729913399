/** Starts on real backends: sparse as dense, and by the command. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniform } from "@nonneg/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { factorize, type HostDense, type HostSparse, type StartName } from "../src/index.js";
import { DIGITS, nonneg, npy, toSparse, written } from "./support.js";

const made: readonly StartName[] = ["nndsvd", "nndsvda", "nndsvdar", "separable", "kmeans"];

/** A fifth of the entries, some rows and columns empty. */
function sparse(rows: number, cols: number): { V: HostSparse; dense: HostDense } {
  const data = Float64Array.from({ length: rows * cols }, (_, p) => {
    const [i, j] = [Math.floor(p / cols), p % cols];
    const some = i !== 3 && j !== 5 && uniform(1, 20, i, j) < 0.2;
    return some ? uniform(1, 21, i, j) : 0;
  });
  const dense = { rows, cols, data };
  return { V: toSparse(dense), dense };
}

describe.each(["js", "wasm"])("on %s", (backend) => {
  test.each(made)("%s of a sparse V is that of the same V dense", async (init) => {
    const { V, dense } = sparse(70, 50);
    for (const samples of ["rows", "columns"] as const) {
      const options = {
        rank: 4,
        init,
        samples,
        backend,
        maxIterations: 0,
        algorithm: "hals",
      } as const;
      const [there, here] = [await factorize(V, options), await factorize(dense, options)];
      for (const factor of ["W", "H"] as const) {
        const size = Math.max(...here[factor].data);
        there[factor].data.forEach((x, p) => {
          // Singular vectors come out as accurate as their values are apart: here by a hundredth.
          expect(Math.abs(x - here[factor].data[p]!)).toBeLessThan(1e-6 * size);
        });
      }
    }
  });

  test.each(made)("%s refuses a sparse V read as observed only", async (init) => {
    const { V } = sparse(7, 5);
    const weights = { ...V, values: V.values.map(() => 2) };
    for (const how of [{ missing: "unobserved" }, { weights }] as const) {
      await expect(factorize(V, { rank: 2, init, backend, ...how })).rejects.toMatchObject({
        code: "NONNEG_UNSUPPORTED",
        message: expect.stringMatching(
          new RegExp(`"${init}" .* have to become dense\\. Use init "random"`),
        ) as string,
      });
    }
  });
});

describe("of digits", () => {
  let V: HostDense;
  beforeAll(async () => {
    V = await npy(DIGITS);
  });

  // The filled NNDSVD begins further away: it gives its zeros room.
  test.each(made.filter((init) => init !== "nndsvda"))(
    "%s begins nearer than a random start",
    async (init) => {
      const options = { rank: 10, backend: "js", maxIterations: 0, algorithm: "hals" } as const;
      const [random, start] = [
        await factorize(V, options),
        await factorize(V, { ...options, init }),
      ];
      expect(start.relativeError).toBeLessThan(random.relativeError);
      expect(start.warnings).toEqual([]);
    },
  );
});

describe("by the command", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "nonneg starts "));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("--init, --starts, --order and --normalize are those of the library", async () => {
    const out = join(directory, "model");
    const run = await nonneg([
      ...["factorize", DIGITS, "--rank", "4", "--init", "kmeans", "--starts", "3", "--seed", "5"],
      ...["--order", "contribution", "--normalize", "H", "--backend", "js", "--out", out],
      ...["--max-iterations", "30", "--tol", "0", "--kkt-tol", "0", "--report"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    const model = await factorize(await npy(DIGITS), {
      ...{ rank: 4, init: "kmeans", starts: 3, seed: 5, order: "contribution", normalize: "H" },
      ...{ backend: "js", maxIterations: 30, tol: 0, kktTol: 0 },
    });
    const { result, W, H } = await written(out);
    expect([W, H]).toEqual([model.W, model.H]);
    const { init, starts, seed, order, normalize } = model;
    const { explainedVariance, contributions, sparseness } = model;
    expect(result).toMatchObject({ init, starts, seed, order, normalize });
    expect(result).toMatchObject({ explainedVariance, contributions, sparseness });
    expect(starts.map((start) => start.seed)).toEqual([5, 6, 7]);
    expect(run.stderr).toContain(`The best of 3 starts was that of seed ${seed}`);
  });

  test("an unknown start is refused, and the known ones named", async () => {
    const run = await nonneg(["factorize", DIGITS, "--rank", "2", "--init", "magic"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^NONNEG_OPTION: .*nndsvda/);
  });

  test("transform reads a table as factorize does", async () => {
    const V = join(directory, "years.csv");
    await writeFile(V, "id;2001;2002\n1;5;6\n2;7;8\n3;9;1\n");
    const model = join(directory, "years");
    const table = ["--delimiter", ";", "--header", "--row-names"];
    const common = ["--backend", "js", "--quiet"];
    const fit = await nonneg([
      ...["factorize", V, "--rank", "1", "--out", model, ...table, ...common],
    ]);
    expect(fit.code, fit.stderr).toBe(0);
    const coefficients = join(directory, "coefficients.npy");
    const run = await nonneg([
      ...["transform", model, V, "--out", coefficients, ...table, ...common],
    ]);
    expect(run.code, run.stderr).toBe(0);
    expect((await npy(coefficients)).rows).toBe(3);
    const wrong = await nonneg(["transform", model, V, "--out", coefficients, ...common]);
    expect(wrong.code).toBe(1);
  });
});
