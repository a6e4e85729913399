import type { Handle } from "@nonneg/backend-wasm/memory";
import type { Axis, MatrixInfo, ReduceOp } from "@nonneg/core";
import { ranges, region, type Range } from "./cut.js";
import type { AnyHandle, AnyOperand, Workspace } from "./workspace.js";

/** The results of tiles, in float64, make a matrix that is reduced in its turn: so sums stay pairwise. */
export function reduce(
  work: Workspace,
  out: MatrixInfo,
  op: ReduceOp,
  a: AnyOperand,
  axis: Axis,
): AnyHandle {
  const { inner } = work;
  if (a.format === "csr") {
    return work.uncut([out], [a], ([x]) => [inner.reduce(out, op, x!, axis)])[0]!;
  }
  const [height, width] = work.cut([a.rows, a.cols] as const, [[0, 1]]);
  const rows = ranges(a.rows, height);
  const cols = ranges(a.cols, width);
  const last = (axis === "cols" || rows.length === 1) && (axis === "rows" || cols.length === 1);
  // a dimension that is reduced has one entry for each of its tiles
  const info: MatrixInfo = last
    ? out
    : {
        rows: axis === "cols" ? a.rows : rows.length,
        cols: axis === "rows" ? a.cols : cols.length,
        ...{ dtype: "float64", format: "dense" },
      };
  const partial = work.make(info);
  rows.forEach((i, at) => {
    cols.forEach((j, across) => {
      using step = work.step();
      const [down, right]: readonly [Range, Range] = [
        axis === "cols" ? i : { start: at, length: 1 },
        axis === "rows" ? j : { start: across, length: 1 },
      ];
      const shape = { ...info, rows: down.length, cols: right.length };
      const handle = inner.reduce(shape, op, step.read(a, region(i, j)), axis);
      step.write(partial, region(down, right), step.own(shape, handle));
    });
  });
  return last ? work.give(partial) : reduce(work, out, op, partial, axis);
}

/** Sums over all tiles of the numbers that `compute` gives for one: those of each kind make a matrix, which is summed. */
export function sumsOfTiles(
  work: Workspace,
  outs: readonly MatrixInfo[],
  [rows, cols]: readonly [readonly Range[], readonly Range[]],
  compute: (step: Workspace, i: Range, j: Range) => readonly Handle[],
): readonly AnyHandle[] {
  const tables = outs.map((out) => work.make({ ...out, rows: rows.length, cols: cols.length }));
  rows.forEach((i, down) => {
    cols.forEach((j, across) => {
      using step = work.step();
      const numbers = compute(step, i, j).map((handle, s) => step.own(outs[s]!, handle));
      const place = { row: down, col: across, rows: 1, cols: 1 };
      for (const [s, number] of numbers.entries()) step.write(tables[s]!, place, number);
    });
  });
  const sums = tables.map((table, s) => {
    const out = outs[s]!;
    return work.own(out, reduce(work, out, "sum", table, "all"));
  });
  return sums.map((sum) => work.give(sum));
}
