import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { HostDense, HostSparse } from "@nonneg/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMtx } from "../../src/io/mtx.js";
import {
  expectRefused,
  fixture,
  outcome,
  pattern,
  plain,
  useTemporaryDirectory,
  values,
} from "./files.js";

const directory = useTemporaryDirectory();

const integers = [...Array(12).keys()];
const symmetric = [0, 1, 2, 3].flatMap((i) =>
  [0, 1, 2, 3].map((j) => 1 + Math.min(i, j) + 10 * Math.max(i, j)),
);

describe("SciPy's files", () => {
  it.each([
    ["real.mtx", values.map((x) => x / 8)],
    ["real.mtx.gz", values.map((x) => x / 8)],
    ["gzipped.mtx", values.map((x) => x / 8)],
    ["integer.mtx", values],
    ["pattern.mtx", [1, 1, 1, 1, 1]],
  ])("%s", async (name, expected) => {
    const matrix = (await readMtx(fixture(name))) as HostSparse;
    expect(plain(matrix)).toEqual({ ...pattern, values: expected });
  });

  it("symmetric.mtx is mirrored, its diagonal given once", async () => {
    const matrix = (await readMtx(fixture("symmetric.mtx"))) as HostSparse;
    expect(plain(matrix)).toEqual({
      rows: 4,
      cols: 4,
      indptr: [0, 4, 8, 12, 16],
      indices: [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3],
      values: symmetric,
    });
  });

  it.each([
    ["array.mtx", 3, 4, integers.map((x) => x / 8)],
    ["array-integer.mtx", 3, 4, integers],
    ["array-symmetric.mtx", 4, 4, symmetric],
  ])("%s", async (name, rows, cols, data) => {
    const matrix = (await readMtx(fixture(name))) as HostDense;
    expect({ ...matrix, data: [...matrix.data] }).toEqual({ rows, cols, data });
  });

  it("complex and skew-symmetric matrices are refused", async () => {
    await expectRefused(readMtx(fixture("refused-complex.mtx")), "NONNEG_DTYPE", /complex/);
    await expectRefused(readMtx(fixture("refused-skew.mtx")), "NONNEG_UNSUPPORTED", /both signs/);
  });
});

describe("the text", () => {
  const banner = "%%MatrixMarket matrix coordinate real general\n";

  it("comments, blank lines, spaces, CRLF, a missing last line end and stored zeros are read", async () => {
    const text = `%%matrixmarket MATRIX Coordinate Real General\r\n% note\r\n\r\n  2 \t 3  2\r\n2 3 .5e1\r\n% more\r\n\r\n 1 1 0`;
    const matrix = (await readMtx(await directory.put("text.mtx", text))) as HostSparse;
    expect(plain(matrix)).toEqual({
      rows: 2,
      cols: 3,
      indptr: [0, 1, 2],
      indices: [0, 2],
      values: [0, 5],
    });
  });

  it("a matrix without entries is read", async () => {
    const matrix = (await readMtx(
      await directory.put("zero.mtx", `${banner}2 2 0\n`),
    )) as HostSparse;
    expect(plain(matrix)).toEqual({ rows: 2, cols: 2, indptr: [0, 0, 0], indices: [], values: [] });
  });

  it.each([
    ["an empty file", "", "NONNEG_PARSE", /%%MatrixMarket/],
    ["no banner", "2 2 1\n1 1 1\n", "NONNEG_PARSE", /line 1: found "2 2 1", expected a first line/],
    [
      "an unknown word",
      "%%MatrixMarket matrix coordinate real diagonal\n",
      "NONNEG_PARSE",
      /line 1/,
    ],
    [
      "an array of pattern",
      "%%MatrixMarket matrix array pattern general\n1 1\n1\n",
      "NONNEG_PARSE",
      /line 1/,
    ],
    ["no size", banner, "NONNEG_PARSE", /size is missing/],
    ["a size of text", `${banner}2 x 1\n`, "NONNEG_PARSE", /line 2: found "2 x 1"/],
    ["a negative size", `${banner}2 -2 1\n`, "NONNEG_PARSE", /line 2/],
    ["no rows", `${banner}0 2 0\n`, "NONNEG_PARSE", /0×2/],
    ["rows past Int32", `${banner}2147483648 2 0\n`, "NONNEG_UNSUPPORTED", /2147483647/],
    [
      "a row of 0",
      `${banner}2 2 1\n0 1 1\n`,
      "NONNEG_PARSE",
      /line 3: found row "0", expected an integer from 1 to 2/,
    ],
    ["a row too far", `${banner}2 2 1\n3 1 1\n`, "NONNEG_PARSE", /line 3: found row "3"/],
    [
      "a column too far",
      `${banner}2 2 2\n1 1 1\n1 5 1\n`,
      "NONNEG_PARSE",
      /line 4: found column "5", expected an integer from 1 to 2/,
    ],
    ["a fractional row", `${banner}2 2 1\n1.5 1 1\n`, "NONNEG_PARSE", /line 3: found row "1.5"/],
    ["text for a value", `${banner}2 2 1\n% x\n1 1 one\n`, "NONNEG_PARSE", /line 4: found "one"/],
    ["too few parts", `${banner}2 2 1\n1 1\n`, "NONNEG_PARSE", /line 3/],
    [
      "an entry twice",
      `${banner}2 2 3\n2 1 1\n1 1 1\n2 1 1\n`,
      "NONNEG_PARSE",
      /row 2, column 1 .* twice/,
    ],
    [
      "both halves",
      "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 2 1\n2 1 1\n",
      "NONNEG_PARSE",
      /twice/,
    ],
    [
      "symmetric, not square",
      "%%MatrixMarket matrix coordinate real symmetric\n2 3 0\n",
      "NONNEG_PARSE",
      /not square/,
    ],
    [
      "too few entries",
      `${banner}2 2 3\n1 1 1\n`,
      "NONNEG_PARSE",
      /after 1 entries, but its size promises 3/,
    ],
    [
      "too many entries",
      `${banner}2 2 1\n1 1 1\n2 2 1\n`,
      "NONNEG_PARSE",
      /line 4: found "2 2 1" after/,
    ],
    [
      "a petabyte",
      "%%MatrixMarket matrix array real general\n1000000 125000000\n1\n",
      "NONNEG_PARSE",
      /promises 125000000000000/,
    ],
    [
      "a fraction as integer",
      "%%MatrixMarket matrix array integer general\n1 1\n1.5\n",
      "NONNEG_PARSE",
      /line 3: found "1.5", expected an integer/,
    ],
    [
      "an integer past 2^53",
      "%%MatrixMarket matrix array integer general\n1 1\n9007199254740993\n",
      "NONNEG_DTYPE",
      /line 3: 9007199254740993/,
    ],
    ["a line without end", `${banner}${"1".repeat(2 ** 21)}`, "NONNEG_PARSE", /line 2: is longer/],
  ] as const)("%s is refused", async (_, text, code, message) =>
    expectRefused(readMtx(await directory.put("refused.mtx", text)), code, message),
  );

  it("a number with NaN or infinity is left to core", async () => {
    const text = "%%MatrixMarket matrix array real general\n1 3\nnan\n-inf\nInf\n";
    const { data } = (await readMtx(await directory.put("nan.mtx", text))) as HostDense;
    expect([...data]).toEqual([NaN, -Infinity, Infinity]);
  });

  it("cut short at any byte, a gzip file is refused", async () => {
    const whole = await readFile(fixture("real.mtx.gz"));
    for (let length = 0; length < whole.length; length++) {
      const path = await directory.put("cut.mtx.gz", whole.subarray(0, length));
      expect(await outcome(readMtx(path)), `at ${length}`).toBe("NONNEG_PARSE");
    }
  }, 60_000);

  it("reads back any matrix, in any order of its entries, zipped or not, larger than a chunk", async () => {
    const entries = fc.uniqueArray(fc.tuple(fc.nat(299), fc.nat(199), fc.double({ noNaN: true })), {
      selector: ([i, j]) => i * 200 + j,
      maxLength: 2000,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(entries, fc.boolean(), async (list, zip) => {
        const padding = `% ${"x".repeat(1000)}\n`.repeat(300); // past the 256 kB of a chunk
        const body = list.map(([i, j, x]) => `${i + 1} ${j + 1} ${x}\n`).join("");
        const text = `${banner}${padding}300 200 ${list.length}\n${body}`;
        const path = await directory.put("any.mtx", zip ? gzipSync(text) : text);
        const matrix = (await readMtx(path)) as HostSparse;
        const sorted = list.toSorted(([i, j], [k, l]) => i - k || j - l);
        expect([...matrix.values]).toEqual(sorted.map(([, , x]) => Number(`${x}`)));
        expect([...matrix.indices]).toEqual(sorted.map(([, j]) => j));
        const below = (row: number) => list.filter(([i]) => i < row).length;
        expect([...matrix.indptr]).toEqual([...Array(301).keys()].map(below));
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
