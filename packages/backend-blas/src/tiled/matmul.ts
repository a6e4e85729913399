import type { MatmulOptions, MatrixInfo } from "@nonneg/core";
import { ranges, region } from "./cut.js";
import type { AnyHandle, AnyOperand, Workspace } from "./workspace.js";

/** op(a)·op(b): for each tile of the result, the sum over tiles of the inner dimension. */
export function matmul(
  work: Workspace,
  out: MatrixInfo,
  a: AnyOperand,
  b: AnyOperand,
  options: MatmulOptions,
): AnyHandle {
  const { inner } = work;
  if (a.format === "csr" || b.format === "csr") {
    return work.uncut([out], [a, b], ([x, y]) => [inner.matmul(out, x!, y!, options)])[0]!;
  }
  const { transA, transB } = options;
  const k = transA ? a.rows : a.cols;
  const tiles = [[0, 1] as const, [0, 2] as const, [2, 1] as const];
  const [rows, cols, depth] = work.cut([out.rows, out.cols, k] as const, tiles);
  const result = work.make(out);
  for (const i of ranges(out.rows, rows)) {
    for (const j of ranges(out.cols, cols)) {
      using step = work.step();
      const info = { ...out, rows: i.length, cols: j.length };
      const [tile] = step.sums([info], ranges(k, depth), (part, p) => {
        const left = part.read(a, transA ? region(p, i) : region(i, p));
        const right = part.read(b, transB ? region(j, p) : region(p, j));
        return [inner.matmul(info, left, right, options)];
      });
      step.write(result, region(i, j), tile!);
    }
  }
  return work.give(result);
}
