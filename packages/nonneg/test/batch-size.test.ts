/** Large files cut into batches: the same as a file for each. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HostDense, isSparse } from "@nonneg/core";
import { part } from "../src/cli/batches.js";
import { nonneg, type Result, toSparse } from "./support.js";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "nonneg batches "));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
const path = (name: string) => join(directory, name);

/** Whole numbers, about half of them zeros. */
const counts = (rows: number, cols: number): HostDense => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, (_, p) => Math.max(0, ((p * 37) % 23) - 11)),
});
/** By its definition: entry (i, j) of the part is (i + from, j) or (i, j + from) of the whole. */
function piece({ rows, cols, data }: HostDense, byRows: boolean, from: number, to: number) {
  const [r, c] = byRows ? [to - from, cols] : [rows, to - from];
  const at = (i: number, j: number) => data[byRows ? (i + from) * cols + j : i * cols + j + from]!;
  const entries = Array.from({ length: r * c }, (_, p) => at(Math.floor(p / c), p % c));
  return { rows: r, cols: c, data: Float64Array.from(entries) };
}

test("a part of a matrix is what its definition says, dense and sparse", () => {
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(size, size, fc.boolean(), fc.nat(8), fc.nat(8), (rows, cols, byRows, a, b) => {
      const V = counts(rows, cols);
      const count = byRows ? rows : cols;
      const from = a % count;
      const to = from + 1 + (b % (count - from));
      const samples = byRows ? "rows" : "columns";
      const expected = piece(V, byRows, from, to);
      expect(part(V, samples, from, to)).toEqual(expected);
      const sparse = part(toSparse(V), samples, from, to);
      expect(isSparse(sparse)).toBe(true);
      expect(sparse).toEqual(toSparse(expected));
    }),
  );
});

const csv = async (name: string, { cols, data }: HostDense): Promise<string> => {
  const rows = Array.from({ length: data.length / cols }, (_, i) =>
    data.subarray(i * cols, (i + 1) * cols).join(","),
  );
  await writeFile(path(`${name}.csv`), `${rows.join("\n")}\n`);
  return path(`${name}.csv`);
};
const mtx = async (name: string, { rows, cols, data }: HostDense): Promise<string> => {
  const lines = [...data].flatMap((x, p) =>
    x === 0 ? [] : [`${Math.floor(p / cols) + 1} ${(p % cols) + 1} ${x}`],
  );
  const head = `%%MatrixMarket matrix coordinate real general\n${rows} ${cols} ${lines.length}`;
  await writeFile(path(`${name}.mtx`), `${head}\n${lines.join("\n")}\n`);
  return path(`${name}.mtx`);
};
const learn = (model: string, ...args: readonly string[]) =>
  nonneg(["partial-fit", path(model), ...args, "--backend", "js"]);

describe.each([
  ["rows", csv],
  ["columns", csv],
  ["rows", mtx],
  ["columns", mtx],
] as const)("samples in %s", (samples, write) => {
  test(`${write.name}: --batch-size learns the model that separate files give`, async () => {
    const byRows = samples === "rows";
    const V = byRows ? counts(25, 7) : counts(7, 25);
    const decided = ["--rank", "3", "--samples", samples, "--json"];
    const pieces = await Promise.all(
      [0, 10, 20].map((from) =>
        write(`piece ${from}`, piece(V, byRows, from, Math.min(25, from + 10))),
      ),
    );
    const name = `${samples} ${write.name}`;
    const whole = await write("whole", V);
    const apart = await learn(`${name} apart`, ...pieces, ...decided);
    const cut = await learn(`${name} cut`, whole, "--batch-size", "10", ...decided);
    expect([apart.code, cut.code], cut.stderr).toEqual([0, 0]);
    // The samples of a model that is there are on its axis.
    for (const [model, files] of [
      [`${name} apart`, pieces],
      [`${name} cut`, [whole, "--batch-size", "10"]],
    ] as const) {
      expect((await learn(model, ...files)).code).toBe(0);
    }

    for (const file of ["W.npy", "H.npy", "numerator.npy", "denominator.npy"]) {
      const [one, other] = [`${name} apart`, `${name} cut`].map((model) => join(path(model), file));
      expect(await readFile(other!)).toEqual(await readFile(one!));
    }
    const errors = ({ stdout }: { stdout: string }) =>
      stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as Result).relativeError);
    expect(errors(cut)).toEqual(errors(apart));
    expect(errors(cut)).toHaveLength(3);
    const said = cut.stderr.split("\n").map((line) => line.slice(0, line.indexOf(" samples, ")));
    expect(said.slice(0, 3)).toEqual(
      ["0 to 9: 10", "10 to 19: 10", "20 to 24: 5"].map((range) => `${whole}, samples ${range}`),
    );
  });
});

test("an error names the batch of the file that is at fault", async () => {
  const V = counts(25, 7);
  V.data[12 * 7 + 3] = -4;
  const file = await csv("negative", V);
  const run = await learn("negative", file, "--rank", "2", "--batch-size", "10", "--quiet");
  expect([run.code, run.stdout]).toEqual([1, ""]);
  expect(run.stderr).toMatch(
    /^NONNEG_NEGATIVE_INPUT: .*negative\.csv, samples 10 to 19: V has -4 at row 2, column 3/,
  );
});

test.each(["0", "-1", "2.5", "Infinity"])("--batch-size %s is refused", async (size) => {
  const file = await csv("good", counts(4, 3));
  const run = await learn("none", file, "--rank", "2", `--batch-size=${size}`);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^NONNEG_OPTION: --batch-size is .*at least 1\.\n$/);
});
