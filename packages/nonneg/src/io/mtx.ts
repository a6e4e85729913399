/** Matrix Market's exchange format: https://math.nist.gov/MatrixMarket/formats.html */
import type { Readable } from "node:stream";
import { NonnegError, type HostDense, type HostMatrix, type HostSparse } from "@nonneg/core";
import { allocate, Growing } from "./allocate.js";
import { checkShape, csrFromCoordinates } from "./csr.js";
import { parseNumber, quote } from "./parse-number.js";
import { openStream, reading } from "./read-file.js";

interface Banner {
  readonly format: "coordinate" | "array";
  readonly field: "real" | "integer" | "pattern";
  readonly symmetric: boolean;
}

/**
 * Reads a matrix of float64: coordinate (sparse) or array (dense); real, integer or pattern (every
 * entry 1); general or symmetric. Unzipped where it is gzip.
 * @throws NonnegError NONNEG_IO; NONNEG_PARSE with the line (text where a number belongs, an index
 *   out of range, an entry given twice, too few or too many entries); NONNEG_UNSUPPORTED
 *   (skew-symmetric, which has entries of both signs); NONNEG_DTYPE (complex, and integers beyond ±(2⁵³ − 1))
 */
export function readMtx(path: string): Promise<HostMatrix> {
  return reading(path, async () => {
    const stream = await openStream(path);
    try {
      return await readLines(new Lines(path, stream));
    } finally {
      stream.destroy();
    }
  });
}

async function readLines(lines: Lines): Promise<HostMatrix> {
  const banner = await readBanner(lines);
  const size = await lines.next();
  if (size === undefined) throw lines.error("the line with the size is missing");
  const numbers = size.split(/\s+/).map((text) => (/^\d+$/.test(text) ? Number(text) : NaN));
  const expected = banner.format === "coordinate" ? 3 : 2;
  if (numbers.length !== expected || numbers.some(Number.isNaN)) {
    const names = "rows, columns" + (expected === 3 ? ", entries" : "");
    throw lines.error(`found ${quote(size)}, expected the size as ${expected} numbers (${names})`);
  }
  const [rows, cols, count = 0] = numbers as [number, number, number?];
  checkShape(rows, cols, lines.path);
  if (banner.symmetric && rows !== cols)
    throw lines.error(`a symmetric matrix of ${rows}×${cols} is not square`);
  return banner.format === "coordinate"
    ? readCoordinates(lines, banner, rows, cols, count)
    : readArray(lines, banner, rows, cols);
}

async function readBanner(lines: Lines): Promise<Banner> {
  const banner = await lines.first();
  const [magic, object, format, field, symmetry] = (banner ?? "").trim().toLowerCase().split(/\s+/);
  if (magic !== "%%matrixmarket") {
    throw lines.error(
      `found ${quote(banner ?? "")}, expected a first line such as "%%MatrixMarket matrix coordinate real general"`,
    );
  }
  if (field === "complex" || symmetry === "hermitian") {
    throw new NonnegError(
      "NONNEG_DTYPE",
      `${lines.path}: holds complex numbers, expected real ones. Take their absolute values or real parts.`,
    );
  }
  if (symmetry === "skew-symmetric") {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `${lines.path}: holds a skew-symmetric matrix, which has entries of both signs, expected a nonnegative one.`,
    );
  }
  if (
    object !== "matrix" ||
    (format !== "coordinate" && format !== "array") ||
    (field !== "real" &&
      field !== "integer" &&
      !(field === "pattern" && format === "coordinate")) ||
    (symmetry !== "general" && symmetry !== "symmetric")
  ) {
    throw lines.error(
      `found ${quote(banner!)}, expected "matrix", "coordinate" or "array", "real", "integer" or (for coordinate) "pattern", "general" or "symmetric"`,
    );
  }
  return { format, field, symmetric: symmetry === "symmetric" };
}

async function readCoordinates(
  lines: Lines,
  { field, symmetric }: Banner,
  rows: number,
  cols: number,
  count: number,
): Promise<HostSparse> {
  const rowOf = new Growing(Int32Array, lines.path);
  const colOf = new Growing(Int32Array, lines.path);
  const values = new Growing(Float64Array, lines.path);
  const width = field === "pattern" ? 2 : 3;
  const wanted = field === "pattern" ? "row and column" : "row, column and value";
  const index = (text: string, largest: number, what: string) => {
    const number = /^\d+$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= largest) return number - 1;
    throw lines.error(`found ${what} ${quote(text)}, expected an integer from 1 to ${largest}`);
  };
  for (let e = 0; e < count; e++) {
    const line = lines.nextNow() ?? (await lines.next());
    if (line === undefined) throw lines.tooFew(e, count);
    const parts = line.split(/\s+/);
    if (parts.length !== width) throw lines.error(`found ${quote(line)}, expected ${wanted}`);
    const row = index(parts[0]!, rows, "row");
    const col = index(parts[1]!, cols, "column");
    const value = field === "pattern" ? 1 : lines.number(parts[2]!, field);
    rowOf.push(row);
    colOf.push(col);
    values.push(value);
    if (symmetric && row !== col) {
      rowOf.push(col);
      colOf.push(row);
      values.push(value);
    }
  }
  await lines.expectEnd(count);
  return csrFromCoordinates(
    rows,
    cols,
    rowOf.finish(),
    colOf.finish(),
    values.finish(),
    lines.path,
  );
}

/** Entries come column by column; of a symmetric matrix, each column from the diagonal down. */
async function readArray(
  lines: Lines,
  { field, symmetric }: Banner,
  rows: number,
  cols: number,
): Promise<HostDense> {
  const count = symmetric ? (rows * (rows + 1)) / 2 : rows * cols;
  const entries = new Growing(Float64Array, lines.path);
  while (entries.length < count) {
    const line = lines.nextNow() ?? (await lines.next());
    if (line === undefined) throw lines.tooFew(entries.length, count);
    entries.push(lines.number(line, field));
  }
  await lines.expectEnd(count);
  const columnMajor = entries.finish();
  const data = allocate(Float64Array, rows * cols, lines.path);
  let e = 0;
  for (let j = 0; j < cols; j++) {
    for (let i = symmetric ? j : 0; i < rows; i++) {
      const value = columnMajor[e++]!;
      data[i * cols + j] = value;
      if (symmetric) data[j * cols + i] = value;
    }
  }
  return { rows, cols, data };
}

// The format allows 1024 characters; this keeps a file without line ends out of memory.
const longestLine = 2 ** 20;

/** The lines of a file, one by one, trimmed; comments and empty lines are left out. */
class Lines {
  readonly path: string;
  readonly #chunks: AsyncIterator<Buffer>;
  #lines: readonly string[] = [];
  #next = 0;
  #rest = "";
  #ended = false;
  #number = 0;

  constructor(path: string, stream: Readable) {
    this.path = path;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The first line of the file as it is. */
  async first(): Promise<string | undefined> {
    while (this.#next >= this.#lines.length && (await this.#more()));
    return this.#next < this.#lines.length ? this.#take() : undefined;
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const line = this.nextNow();
      if (line !== undefined) return line;
      if (!(await this.#more())) return undefined;
    }
  }

  /** The next line if it has been read already: millions of lines cannot each await. */
  nextNow(): string | undefined {
    while (this.#next < this.#lines.length) {
      const line = this.#take().trim();
      if (line !== "" && !line.startsWith("%")) return line;
    }
    return undefined;
  }

  #take(): string {
    this.#number++;
    return this.#lines[this.#next++]!;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const chunk = await this.#chunks.next();
    if (chunk.done) {
      this.#ended = true;
      this.#lines = [this.#rest];
      this.#rest = "";
    } else {
      const lines = (this.#rest + chunk.value.toString("latin1")).split("\n");
      this.#rest = lines.pop()!;
      this.#lines = lines;
      if (this.#rest.length > longestLine)
        throw this.error(`is longer than ${longestLine} characters`, 1);
    }
    this.#next = 0;
    return true;
  }

  number(text: string, field: Banner["field"]): number {
    const value = parseNumber(text);
    if (value === undefined || text === "")
      throw this.error(`found ${quote(text)}, expected a number`);
    if (field === "integer" && !Number.isSafeInteger(value)) {
      if (!Number.isInteger(value)) throw this.error(`found ${quote(text)}, expected an integer`);
      throw new NonnegError(
        "NONNEG_DTYPE",
        `${this.path}, line ${this.#number}: ${text} is beyond ±(2^53 − 1), which float64 does not hold exactly. Scale the matrix, or call its field "real" where rounding is meant.`,
      );
    }
    return value;
  }

  async expectEnd(count: number): Promise<void> {
    const line = await this.next();
    if (line !== undefined)
      throw this.error(`found ${quote(line)} after the ${count} entries that the size promises`);
  }

  tooFew(found: number, count: number): NonnegError {
    return this.error(`the file ends after ${found} entries, but its size promises ${count}`);
  }

  error(what: string, ahead = 0): NonnegError {
    return new NonnegError("NONNEG_PARSE", `${this.path}, line ${this.#number + ahead}: ${what}.`);
  }
}
