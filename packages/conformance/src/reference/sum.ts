import type { Axis, HostMatrix } from "@nonneg/core";
import type { Context } from "../context.js";
import type { Approximate } from "../sample.js";

/** Sums along an axis, compensated: exact but for the last rounding; Σ|x| and the number of terms of each. */
export interface Sum {
  readonly rows: number;
  readonly cols: number;
  readonly terms: Int32Array;
  readonly values: Float64Array;
  readonly magnitude: Float64Array;
}

export function sum(a: HostMatrix, axis: Axis): Sum {
  const rows = axis === "cols" ? a.rows : 1;
  const cols = axis === "rows" ? a.cols : 1;
  const values = new Float64Array(rows * cols);
  const lost = new Float64Array(rows * cols);
  const magnitude = new Float64Array(rows * cols);
  const terms = new Int32Array(rows * cols);
  forEachEntry(a, (i, j, x) => {
    const at = axis === "cols" ? i : axis === "rows" ? j : 0;
    // Knuth's TwoSum.
    const before = values[at]!;
    const after = before + x;
    const added = after - before;
    values[at] = after;
    lost[at]! += before - (after - added) + (x - added);
    magnitude[at]! += Math.abs(x);
    terms[at]!++;
  });
  return { rows, cols, terms, values: values.map((value, at) => value + lost[at]!), magnitude };
}

/** Every entry of a dense matrix, the stored ones of a CSR matrix, in row-major order. */
function forEachEntry(a: HostMatrix, visit: (i: number, j: number, x: number) => void): void {
  for (let i = 0; i < a.rows; i++) {
    if ("indptr" in a) {
      for (let p = a.indptr[i]!; p < a.indptr[i + 1]!; p++) visit(i, a.indices[p]!, a.values[p]!);
    } else {
      for (let j = 0; j < a.cols; j++) visit(i, j, a.data[i * a.cols + j]!);
    }
  }
}

/** Minimum or maximum along an axis, exact but for subnormals that a backend flushes. */
export function extremum(
  op: "min" | "max",
  a: HostMatrix,
  axis: Axis,
  { capabilities, tiny }: Pick<Context, "capabilities" | "tiny">,
): Approximate {
  const rows = axis === "cols" ? a.rows : 1;
  const cols = axis === "rows" ? a.cols : 1;
  const values = new Float64Array(rows * cols).fill(op === "min" ? Infinity : -Infinity);
  forEachEntry(a, (i, j, x) => {
    const at = axis === "cols" ? i : axis === "rows" ? j : 0;
    values[at] = Math[op](values[at]!, x);
  });
  return { rows, cols, values, bound: values.map(() => (capabilities.subnormals ? 0 : tiny)) };
}
