import { gzipSync } from "node:zlib";
import type { HostDense } from "@nonneg/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv, type CsvOptions } from "../../src/io/csv.js";
import { expectRefused, fixture, useTemporaryDirectory } from "./files.js";

const directory = useTemporaryDirectory();
const eighths = [...Array(12).keys()].map((x) => x / 8);

async function read(content: string | Uint8Array, options?: CsvOptions) {
  const { matrix, ...names } = await readCsv(await directory.put("table.csv", content), options);
  const { rows, cols, data } = matrix as HostDense;
  expect(data.length).toBe(rows * cols);
  const table = Array.from({ length: rows }, (_, i) => [...data.slice(i * cols, (i + 1) * cols)]);
  return { table, ...names };
}

describe("NumPy's files", () => {
  it.each([
    ["numbers.csv", {}],
    ["numbers.csv.gz", {}],
    ["numbers.tsv", { delimiter: "\t" }],
    ["header.csv", {}],
  ])("%s", async (name, options) => {
    const { matrix, columnNames, rowNames } = await readCsv(fixture(name), options);
    expect(matrix).toMatchObject({ rows: 3, cols: 4, data: new Float64Array(eighths) });
    expect(columnNames).toEqual(name === "header.csv" ? ["a", "b", "c", "d"] : undefined);
    expect(rowNames).toBeUndefined();
  });
});

describe("header and row names are found", () => {
  const table = [
    [1, 2],
    [3, 4],
  ];
  const columnNames = ["x", "y"];
  const rowNames = ["a", "b"];
  it.each([
    ["neither", "1,2\n3,4\n", { table }],
    ["a header", "x,y\n1,2\n3,4\n", { table, columnNames }],
    ["row names", "a,1,2\nb,3,4\n", { table, rowNames }],
    ["both", "id,x,y\na,1,2\nb,3,4\n", { table, columnNames, rowNames }],
    ["both, the corner empty", ",x,y\na,1,2\nb,3,4\n", { table, columnNames, rowNames }],
    [
      "both, names of rows that are numbers",
      ",x,y\n0,1,2\n1,3,4\n",
      { table, columnNames, rowNames: ["0", "1"] },
    ],
    [
      "both, names of columns that are numbers",
      ",0,1\na,1,2\nb,3,4\n",
      { table, columnNames: ["0", "1"], rowNames },
    ],
    ["both, as R writes them", "x,y\na,1,2\nb,3,4\n", { table, columnNames, rowNames }],
    [
      "as R writes them, names of columns that are numbers",
      "0,1\na,1,2\nb,3,4\n",
      { table, columnNames: ["0", "1"], rowNames },
    ],
    [
      "a header that starts with text alone",
      "x,1999\n1,2\n3,4\n",
      { table, columnNames: ["x", "1999"] },
    ],
    ["one column", "x\n1\n2\n", { table: [[1], [2]], columnNames: ["x"] }],
    ["one entry", "7", { table: [[7]] }],
    ["one row with a name", "a,1,2\n", { table: [[1, 2]], rowNames: ["a"] }],
    [
      "missing values are no text",
      ",NA\n3,4\n",
      {
        table: [
          [NaN, NaN],
          [3, 4],
        ],
      },
    ],
  ])("%s", async (_, text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  it.each([
    [
      "a header of numbers",
      "1,2\n3,4\n",
      { header: true },
      { table: [[3, 4]], columnNames: ["1", "2"] },
    ],
    [
      "row names of numbers",
      "1,2\n3,4\n",
      { rowNames: true },
      { table: [[2], [4]], rowNames: ["1", "3"] },
    ],
    [
      "both",
      "id,1998,1999\na,1,2\n",
      { header: true, rowNames: true },
      { table: [[1, 2]], columnNames: ["1998", "1999"], rowNames: ["a"] },
    ],
  ])("options force %s", async (_, text, options, expected) => {
    expect(await read(text, options)).toEqual(expected);
  });
});

describe("the text", () => {
  it("quotes, a byte order mark, CRLF, empty lines and spaces are read", async () => {
    const text = '\ufeff"","x, ""1""","y\r\nz"\r\n"a",1 , 2\r\n\r\n"b","3",4.5e0\r\n';
    expect(await read(text)).toEqual({
      table: [
        [1, 2],
        [3, 4.5],
      ],
      columnNames: ['x, "1"', "y\r\nz"],
      rowNames: ["a", "b"],
    });
  });

  it("gzip is known by its bytes, and UTF-16 by its mark", async () => {
    expect(await read(gzipSync("1,2\n"))).toEqual({ table: [[1, 2]] });
    expect(await read(Buffer.from("\ufeff1,2\n", "utf16le"))).toEqual({ table: [[1, 2]] });
  });

  it("line ends of an old Mac, and mixed ones, are read", async () => {
    expect(await read("1,2\r3,4\r\n5,6\n7,8")).toEqual({
      table: [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    });
  });

  it("missing, infinite and negative values are read for core to judge", async () => {
    expect(await read("1,,NaN\nNA,-inf,-2\n")).toEqual({
      table: [
        [1, NaN, NaN],
        [NaN, -Infinity, -2],
      ],
    });
  });

  it.each([
    ["an empty file", "", /is empty/],
    ["an empty file, zipped", gzipSync(""), /is empty/],
    ["blank lines alone", "\n\n\r\n", /is empty/],
    ["a header alone", "x,y\n", /no rows/],
    ["row names alone", "a,x\nb,y\n", /line 2, column 2.*"y"/],
    ["a short row", "1,2\n3,4\n5\n", /line 3: has 1 cells, but line 1 has 2/],
    ["a long row", "x,y\n1,2\n3,4,5\n", /line 3: has 3 cells, but line 2 has 2/],
    ["a short header", "x,y\n1,2,3,4\n", /line 2: has 4 cells, but line 1 has 2/],
    ["text in a cell", "x,y\n1,2\n3,four\n", /line 3, column 2 \("y"\): found "four"/],
    [
      "text in a cell with row names",
      ",x,y\na,1,2\nb,3,four\n",
      /line 3, column 3 \("y"\): found "four"/,
    ],
    [
      "text after empty lines and line ends in quotes",
      '"x\n1",y\n\n1,2\n3,four\n',
      /line 5, column 2 \("y"\): found "four"/,
    ],
    ["names among numbers", "1,2\nb,4\n", /line 2, column 1: found "b"/],
    [
      "numbers among names",
      "a,2\n3,4\nb,5\n".replace("a,2\n", "a,2\nc,2\n"),
      /line 3, column 1: found "3"/,
    ],
    ["hexadecimal", "1,0x10\n2,0x11\n", /line 2, column 2/],
    ["decimal commas", '1,2\n1,"2,5"\n', /line 2, column 2: found "2,5".*point/],
    ["another delimiter", "1;2\n3;4\n", /line 1, column 1: found "1;2".*delimiter/],
    ["an open quote", '1,2\n"3,4\n', /Quote Not Closed.*line 2/],
    ["a quote within a cell", '1,2\n3,4"\n', /Quote.*line 2/],
    ["a cut gzip", gzipSync("1,2\n".repeat(100)).subarray(0, -9), /gzip/],
  ])("%s is refused", async (_, text, message) => {
    await expectRefused(readCsv(await directory.put("refused.csv", text)), "NONNEG_PARSE", message);
  });

  it("one column of names and no numbers is refused", async () => {
    const path = await directory.put("names.csv", "a\nb\n");
    await expectRefused(readCsv(path, { rowNames: true }), "NONNEG_PARSE", /no numbers/);
  });

  it("reads back any table, exactly, larger than a chunk", async () => {
    const number = fc.double({ noNaN: true });
    const tables = fc
      .integer({ min: 1, max: 8 })
      .chain((cols) =>
        fc.array(fc.array(number, { minLength: cols, maxLength: cols }), { minLength: 1 }),
      );
    const end = fc.constantFrom("\n", "\r\n");
    await fc.assert(
      fc.asyncProperty(tables, end, async (table, lineEnd) => {
        const name = `"${"long, ".repeat(60_000)}"`; // past the 256 kB of a chunk
        const lines = [
          ["", ...table[0]!.map(() => name)],
          ...table.map((row, i) => [`r${i}`, ...row]),
        ];
        const result = await read(lines.map((line) => line.join(",")).join(lineEnd));
        // −0 prints as 0
        expect(result.table).toEqual(table.map((row) => row.map((x) => Number(`${x}`))));
      }),
      { numRuns: 20 },
    );
  });
});
