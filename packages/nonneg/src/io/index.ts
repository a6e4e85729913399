/** Matrices from and to files. */
import { NonnegError } from "@nonneg/core";
import { readCsv, type CsvOptions } from "./csv.js";
import type { MatrixFile } from "./matrix-file.js";
import { readMtx } from "./mtx.js";
import { readNpy } from "./npy.js";
import { readNpz } from "./npz.js";

export { readCsv, type CsvOptions } from "./csv.js";
export type { MatrixFile } from "./matrix-file.js";
export { readMtx } from "./mtx.js";
export { readNpy, writeNpy } from "./npy.js";
export { readNpz } from "./npz.js";
export { writeAtomic } from "./write-atomic.js";

export type MatrixFormat = "npy" | "npz" | "csv" | "tsv" | "mtx";

export interface ReadOptions extends CsvOptions {
  /** Default: by the extension of the file, `.gz` left out. */
  readonly format?: MatrixFormat;
}

/**
 * Reads a matrix from a `.npy`, `.npz`, `.csv`, `.tsv` or `.mtx` file; the last three may be gzip,
 * as `.csv.gz` or under their plain name. float32 stays float32, everything else becomes float64;
 * what is sparse in the file stays sparse. Negative, missing (NaN) and infinite entries are read
 * as they are, for `factorize` to judge.
 * @throws NonnegError NONNEG_IO, NONNEG_PARSE, NONNEG_DTYPE, NONNEG_SHAPE_MISMATCH,
 *   NONNEG_UNSUPPORTED, NONNEG_OUT_OF_MEMORY; NONNEG_INVALID_INPUT where the extension is unknown
 */
export async function readMatrix(path: string, options: ReadOptions = {}): Promise<MatrixFile> {
  switch (options.format ?? formatOf(path)) {
    case "npy":
      return { matrix: await readNpy(path) };
    case "npz":
      return { matrix: await readNpz(path) };
    case "csv":
      return readCsv(path, options);
    case "tsv":
      return readCsv(path, { delimiter: "\t", ...options });
    case "mtx":
      return { matrix: await readMtx(path) };
  }
}

function formatOf(path: string): MatrixFormat {
  const [, extension, gzip] = /\.(npy|npz|csv|tsv|mtx)(\.gz)?$/i.exec(path) ?? [];
  const format = extension?.toLowerCase() as MatrixFormat | undefined;
  if (format !== undefined && !(gzip && format.startsWith("np"))) return format;
  throw new NonnegError(
    "NONNEG_INVALID_INPUT",
    `${path}: its format is not known from its name, expected .npy, .npz, .csv, .tsv or .mtx (the last three also with .gz).`,
  );
}
