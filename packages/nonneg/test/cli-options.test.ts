/** What is asked of the factors and how tables are read, by the command. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nonneg, written } from "./support.js";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "nonneg options "));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
let files = 0;
async function csv(content: string): Promise<string> {
  const path = join(directory, `${files++}.csv`);
  await writeFile(path, content);
  return path;
}
/** Fits for exactly 40 iterations and reads what was written. */
async function fit(V: string, ...options: readonly string[]) {
  const out = join(directory, `out-${files++}`);
  const run = await nonneg([
    ...["factorize", V, "--backend", "js", "--tol", "0", "--kkt-tol", "0"],
    ...["--max-iterations", "40", "--out", out, "--quiet", ...options],
  ]);
  expect(run.code, run.stderr).toBe(0);
  return written(out);
}
const sum = (data: ArrayLike<number>, of = (x: number) => x) =>
  Array.from(data, of).reduce((a, b) => a + b, 0);

test("an entry of weight 0 is as one that is missing", async () => {
  const weights = await csv("1,1,1\n1,0,1\n1,1,1\n");
  const weighted = await fit(
    await csv("2,4,6\n1,999,3\n3,6,9\n"),
    "--rank",
    "1",
    "--weights",
    weights,
  );
  const missing = await fit(await csv("2,4,6\n1,,3\n3,6,9\n"), "--rank", "1", "--missing", "nan");
  expect([weighted.W, weighted.H]).toEqual([missing.W, missing.H]);
  expect(weighted.result.cost).toBe(missing.result.cost);
});

test("penalties are added to the cost as they are, in the units of V", async () => {
  const V = await csv("100,200,300\n400,500,900\n700,100,200\n");
  const [l1, l2] = [3, 5];
  const given = ["--l1-w", `${l1}`, "--l2-w", `${l2}`, "--l1-h", `${l1}`, "--l2-h", `${l2}`];
  const { result, W, H } = await fit(V, "--rank", "2", ...given);
  const both = [...W.data, ...H.data];
  const penalty = l1 * sum(both) + 0.5 * l2 * sum(both, (x) => x * x);
  const objective = result.objective as number;
  // Sums of 12 positive terms on either side, scaled by powers of two.
  expect(Math.abs(objective - (result.cost as number) - penalty)).toBeLessThanOrEqual(
    64 * 2 ** -53 * objective,
  );
  const objectives = result.history.map((check) => check.objective);
  expect(objectives).toEqual([...objectives].sort((a, b) => b - a));
});

test("frozen components stay, the others move", async () => {
  const V = await csv("1,2,3\n4,5,9\n7,1,2\n");
  const init = `${await csv("1,1\n1,2\n2,1\n")},${await csv("0.1,0.7,0.3\n1,1,1\n")}`;
  const { H } = await fit(V, "--rank", "2", "--init", init, "--freeze-h", "0");
  expect(Array.from(H.data.subarray(0, 3))).toEqual([0.1, 0.7, 0.3]);
  expect(Array.from(H.data.subarray(3))).not.toEqual([1, 1, 1]);
});

test("a held factor stays", async () => {
  const V = await csv("1,2,3\n4,5,9\n7,1,2\n");
  const { H } = await fit(
    V,
    "--rank",
    "1",
    "--init",
    `,${await csv("0.1,0.7,0.3\n")}`,
    "--hold",
    "H",
  );
  expect(Array.from(H.data)).toEqual([0.1, 0.7, 0.3]);
});

test("samples in columns: the same factors, another basis", async () => {
  const V = await csv("1,2,3\n4,5,9\n");
  const [rows, columns] = [
    await fit(V, "--rank", "1"),
    await fit(V, "--rank", "1", "--samples", "columns"),
  ];
  expect([columns.W, columns.H]).toEqual([rows.W, rows.H]);
  expect([rows.result.samples, columns.result.samples]).toEqual(["rows", "columns"]);
});

test("a header and row names of numbers, and a delimiter, are said", async () => {
  const years = await csv("id;2001;2002\n1;5;6\n2;7;8\n3;9;1\n");
  const named = await fit(years, "--rank", "1", "--delimiter", ";", "--header", "--row-names");
  expect(named.result.shape).toEqual([3, 2]);
  const tabs = await csv("1\t2\n3\t4\n");
  expect((await fit(tabs, "--rank", "1", "--delimiter", "\\t")).result.shape).toEqual([2, 2]);
  const plain = await csv("1,2\n3,4\n");
  expect((await fit(plain, "--rank", "1")).result.shape).toEqual([2, 2]);
  expect((await fit(plain, "--rank", "1", "--header")).result.shape).toEqual([1, 2]);
  expect((await fit(plain, "--rank", "1", "--row-names")).result.shape).toEqual([2, 1]);
});

test.each([
  ["a penalty on one factor alone", ["--l1-w", "1"], /^NONNEG_OPTION: .*penalties\.H is zero/],
  ["frozen without a start", ["--freeze-h", "0"], /^NONNEG_OPTION: .*init\.H/],
  ["a component that is none", ["--freeze-h", "x"], /^NONNEG_OPTION: .*as 0,2/],
  ["a negative penalty", ["--l2-w=-1", "--l2-h", "1"], /^NONNEG_OPTION: .*is -1/],
  ["hold without the factor", ["--hold", "H"], /^NONNEG_OPTION: .*init\.H/],
])("refused: %s", async (_, options, says) => {
  const V = await csv("1,2\n3,4\n");
  const run = await nonneg(["factorize", V, "--rank", "1", "--backend", "js", ...options]);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(says);
  expect(run.stderr.trimEnd()).not.toContain("\n");
});

test("weights of another shape are refused", async () => {
  const [V, weights] = [await csv("1,2\n3,4\n"), await csv("1,1\n")];
  const run = await nonneg(["factorize", V, "--rank", "1", "--weights", weights]);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^NONNEG_SHAPE_MISMATCH: .*weights is 1×2: expected 2×2/);
});
