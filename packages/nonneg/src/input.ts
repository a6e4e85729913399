import { type HostMatrix, NonnegError } from "@nonneg/core";

/** V as `factorize` takes it: rows of numbers, a typed array with its shape, or CSR. */
export type MatrixLike = HostMatrix | readonly (readonly number[] | Float32Array | Float64Array)[];

/** @throws NonnegError NONNEG_INVALID_INPUT, NONNEG_SHAPE_MISMATCH (ragged rows, named) */
export function toHostMatrix(what: string, value: MatrixLike): HostMatrix {
  if (!Array.isArray(value)) return checkHostMatrix(what, value);
  const rows = value as readonly (readonly number[] | Float32Array | Float64Array)[];
  const cols = rows[0]?.length ?? 0;
  const data =
    rows.length > 0 && rows.every((row) => row instanceof Float32Array)
      ? new Float32Array(rows.length * cols)
      : new Float64Array(rows.length * cols);
  rows.forEach((row, i) => {
    const length: unknown = (row as { length?: unknown } | null)?.length;
    if (length !== cols) {
      throw new NonnegError(
        "NONNEG_SHAPE_MISMATCH",
        `${what} is ragged: row ${i} has ${String(length)} entries, row 0 has ${cols}. Every row needs as many.`,
      );
    }
    for (let j = 0; j < cols; j++) {
      const entry: unknown = row[j];
      if (typeof entry !== "number") {
        throw new NonnegError(
          "NONNEG_INVALID_INPUT",
          `${what} has ${String(entry)} (${typeof entry}) at row ${i}, column ${j} (counted from 0): expected a number.`,
        );
      }
      data[i * cols + j] = entry;
    }
  });
  return { rows: rows.length, cols, data };
}

function checkHostMatrix(what: string, value: unknown): HostMatrix {
  const isArray = (x: unknown) => x instanceof Float32Array || x instanceof Float64Array;
  if (typeof value === "object" && value !== null && "rows" in value && "cols" in value) {
    if ("data" in value && isArray(value.data)) return value as HostMatrix;
    const sparse = "values" in value && isArray(value.values);
    const indexed = "indptr" in value && "indices" in value;
    if (
      sparse &&
      indexed &&
      value.indptr instanceof Int32Array &&
      value.indices instanceof Int32Array
    ) {
      return value as HostMatrix;
    }
  }
  throw new NonnegError(
    "NONNEG_INVALID_INPUT",
    `${what} is no matrix: expected rows of numbers, { rows, cols, data } with a Float32Array or Float64Array, ` +
      "or CSR { rows, cols, indptr, indices, values } with Int32Array indices.",
  );
}

/** @throws NonnegError NONNEG_OPTION where there are none, which TypeScript does not let through */
export function requireOptions(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new NonnegError(
    "NONNEG_OPTION",
    `The options are ${String(options)}: expected { rank }, the number of components, at least.`,
  );
}
