/** Comma- and tab-separated text (RFC 4180), with or without a header row and row names. */
import { pipeline } from "node:stream";
import { NonnegError } from "@nonneg/core";
import { CsvError, parse, type Parser } from "csv-parse";
import { Growing } from "./allocate.js";
import type { MatrixFile } from "./matrix-file.js";
import { parseNumber, quote } from "./parse-number.js";
import { openStream, reading } from "./read-file.js";

export interface CsvOptions {
  /** The first row holds names of columns. Default: found out, see `readCsv`. */
  readonly header?: boolean;
  /** The first column holds names of rows. Default: found out, see `readCsv`. */
  readonly rowNames?: boolean;
  /** What parts the cells. Default: a comma for .csv, a tab for .tsv. */
  readonly delimiter?: string;
}

interface Line {
  readonly cells: readonly string[];
  /** counted from 1 */
  readonly number: number;
}

/**
 * Reads a matrix of float64 from text, unzipped where it is gzip. An empty cell, `NaN` and `NA` are
 * missing values, read as NaN. Empty lines are skipped.
 *
 * Where the options do not say, by this rule (text: a cell that is neither a number nor missing):
 * - the first row is a header if any of its cells after the first is text; or it starts with text
 *   and the second row does not; or it starts with an empty cell and the second row with text; or
 *   it is one cell shorter than the second row (as R writes it);
 * - the first column holds row names if the header starts with an empty cell or is one cell short,
 *   or if every cell of the column below the header is text, and there are other columns.
 * Numbers as names (years, or 0, 1, 2, …) can look like data: then give the options.
 *
 * @throws NonnegError NONNEG_IO; NONNEG_PARSE with line and column (ragged rows, text where a number
 *   belongs, an open quote, no data); NONNEG_OPTION (an empty delimiter)
 */
export function readCsv(path: string, options: CsvOptions = {}): Promise<MatrixFile> {
  return reading(path, async () => {
    const delimiter = options.delimiter ?? ",";
    if (delimiter === "") {
      throw new NonnegError("NONNEG_OPTION", "The delimiter is empty: expected a character.");
    }
    const parser = parse({
      bom: true,
      delimiter,
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
    });
    // The callback is empty because an error of either stream reaches whoever reads the parser.
    pipeline(await openStream(path), parser, () => {});
    try {
      return await readTable(parser, path, options);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const message = `${path}: ${error.message}. Quote cells with " and double a quote within them.`;
      throw new NonnegError("NONNEG_PARSE", message, { cause: error });
    } finally {
      parser.destroy();
    }
  });
}

async function readTable(parser: Parser, path: string, options: CsvOptions): Promise<MatrixFile> {
  const lines = (async function* (): AsyncGenerator<Line, undefined> {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      yield { cells: record, number: info.lines };
    }
  })();
  const first = (await lines.next()).value;
  if (!first) throw new NonnegError("NONNEG_PARSE", `${path}: is empty, expected rows of numbers.`);
  const second = (await lines.next()).value;
  const header = (options.header ?? isHeader(first, second)) ? first : undefined;
  const start = header ? second : first;
  if (!start) {
    throw new NonnegError(
      "NONNEG_PARSE",
      `${path}: has a header on line ${first.number} and no rows below it.`,
    );
  }
  const width = start.cells.length;
  const unnamedCorner = header && (header.cells[0] === "" || header.cells.length === width - 1);
  const firstIsText = width > 1 && isText(start.cells[0]!);
  const named = options.rowNames ?? (width > 1 && (unnamedCorner || firstIsText));
  if (named && width === 1) {
    throw new NonnegError(
      "NONNEG_PARSE",
      `${path}: has one column, the row names, and no numbers.`,
    );
  }
  const skip = named ? 1 : 0;
  if (header && header.cells.length !== width && header.cells.length !== width - skip) {
    throw ragged(path, start, header);
  }
  // Names that were not announced must all be text: a number among them may be a lost entry.
  const namesAreText = named && options.rowNames === undefined && !unnamedCorner;

  const rowNames: string[] = [];
  const data = new Growing(Float64Array, path);
  let rows = 0;
  const addRow = ({ cells, number }: Line) => {
    if (cells.length !== width) throw ragged(path, { cells, number }, start);
    if (named) rowNames.push(cells[0]!);
    if (namesAreText && !isText(cells[0]!)) {
      throw new NonnegError(
        "NONNEG_PARSE",
        `${path}, line ${number}, column 1: found ${quote(cells[0]!)} where the rows above have a name. If the first column holds names, say so (rowNames: true).`,
      );
    }
    for (let j = skip; j < width; j++) {
      const value = parseNumber(cells[j]!);
      if (value === undefined) throw notANumber(path, number, j, cells, header?.cells);
      data.push(value);
    }
    rows++;
  };
  addRow(start);
  if (!header && second) addRow(second);
  for await (const line of lines) addRow(line);

  return {
    matrix: { rows, cols: width - skip, data: data.finish() },
    ...(named && { rowNames }),
    ...(header && { columnNames: header.cells.slice(header.cells.length - (width - skip)) }),
  };
}

interface CsvRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function isHeader(first: Line, second: Line | undefined): boolean {
  if (first.cells.slice(1).some(isText)) return true;
  const [a] = first.cells;
  if (a === undefined || !second) return first.cells.length === 1 && isText(a ?? "");
  if (second.cells.length === first.cells.length + 1) return true;
  const b = second.cells[0]!;
  return isText(a) ? !isText(b) : a === "" && isText(b);
}

function isText(cell: string): boolean {
  return parseNumber(cell) === undefined;
}

function ragged(path: string, line: Line, expected: Line): NonnegError {
  return new NonnegError(
    "NONNEG_PARSE",
    `${path}, line ${line.number}: has ${line.cells.length} cells, but line ${expected.number} has ${expected.cells.length}. Every row needs as many; leave a missing value empty between its delimiters.`,
  );
}

function notANumber(
  path: string,
  line: number,
  column: number,
  cells: readonly string[],
  header: readonly string[] | undefined,
): NonnegError {
  const cell = cells[column]!;
  const name = header?.[column - (cells.length - header.length)];
  const hint =
    cells.length === 1 && /[;\t|]|\d \S/.test(cell)
      ? "If the cells are parted by something else than was assumed, give the delimiter"
      : /^[+-]?\d+,\d+$/.test(cell)
        ? "Write decimals with a point"
        : "If it is a name, say that there is a header or that there are row names; leave a missing value empty";
  return new NonnegError(
    "NONNEG_PARSE",
    `${path}, line ${line}, column ${column + 1}${name ? ` (${quote(name)})` : ""}: found ${quote(cell)}, expected a number. ${hint}.`,
  );
}
