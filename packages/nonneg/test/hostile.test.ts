/** Matrices that are allowed and awkward: factorized without NaN in any file. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nonneg, written } from "./support.js";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "nonneg hostile "));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
let files = 0;
async function put(extension: string, content: string): Promise<string> {
  const path = join(directory, `${files++}${extension}`);
  await writeFile(path, content);
  return path;
}
const csv = (content: string) => put(".csv", content);
const mtx = (lines: string) =>
  put(".mtx", `%%MatrixMarket matrix coordinate real general\n${lines}\n`);
const grid = (rows: number, cols: number, entry: (i: number, j: number) => number): string =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: cols }, (_, j) => entry(i, j)).join(","),
  ).join("\n");

test.each([
  ["all zeros", () => csv(grid(3, 4, () => 0)), 2],
  ["constant", () => csv(grid(3, 4, () => 0.1)), 2],
  ["1×1", () => csv("5"), 1],
  ["1×1, rank 3", () => csv("5"), 3],
  [
    "empty rows and columns",
    () => csv(grid(4, 5, (i, j) => (i === 1 || j === 2 ? 0 : i + j + 1))),
    2,
  ],
  ["a sparse one with empty rows and columns", () => mtx("5 4 2\n2 2 3\n4 4 1"), 2],
  ["k > min(m, n)", () => csv(grid(2, 5, (i, j) => 1 + i * j)), 4],
  ["very large", () => csv(grid(3, 3, (i, j) => (1 + i + j) * 1e300)), 2],
  ["very small", () => csv(grid(3, 3, (i, j) => (1 + i + j) * 1e-300)), 2],
  ["the smallest", () => csv(grid(3, 3, (i, j) => (1 + i + j) * 1e-320)), 2],
])("%s", async (_, V, k) => {
  for (const loss of ["euclidean", "kullback-leibler"]) {
    const out = join(directory, `hostile-${files++}`);
    const run = await nonneg([
      ...["factorize", await V(), "--rank", String(k), "--loss", loss, "--backend", "js"],
      ...["--max-iterations", "200", "--out", out, "--report"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).not.toMatch(/NaN/);
    const { text, W, H } = await written(out);
    expect(text).not.toMatch(/NaN|"(cost|objective|kkt|relativeError)": null/);
    for (const x of [...W.data, ...H.data]) {
      expect(Number.isFinite(x) && x >= 0).toBe(true);
    }
    expect(await readFile(join(out, "report.html"), "utf8")).not.toMatch(/NaN/);
  }
});
