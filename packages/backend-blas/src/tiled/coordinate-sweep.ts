import type { CoordinateSweepOptions, MatrixInfo } from "@nonneg/core";
import { everything, ranges, region, whole } from "./cut.js";
import type { AnyHandle, AnyOperand, Workspace } from "./workspace.js";

/** A sweep of HALS: columns of H, or rows of W, do not meet each other. */
export function coordinateSweep(
  work: Workspace,
  out: MatrixInfo,
  x: AnyOperand,
  gram: AnyOperand,
  cross: AnyOperand,
  options: CoordinateSweepOptions,
): AnyHandle {
  const { inner } = work;
  const forH = options.factor === "H";
  const rank = whole(gram.rows);
  const count = forH ? x.cols : x.rows;
  const [length] = work.cut([count, gram.rows] as const, [[0, 1]], 1);
  const square = work.read(gram, everything(gram));
  const result = work.make(out);
  for (const range of ranges(count, length)) {
    using step = work.step();
    const block = forH ? region(rank, range) : region(range, rank);
    const info = { ...out, rows: block.rows, cols: block.cols };
    const [from, with_] = [step.read(x, block), step.read(cross, block)];
    const handle = inner.coordinateSweep(info, from, square, with_, options);
    step.write(result, block, step.own(info, handle));
  }
  return work.give(result);
}
