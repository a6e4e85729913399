import type { Handle, WasmOperand } from "@nonneg/backend-wasm/memory";
import type { MatrixInfo } from "@nonneg/core";
import { ranges, region, whole } from "./cut.js";
import type { AnyHandle, AnyOperand, Workspace } from "./workspace.js";

/** A call on each entry by itself; dense operands of one row or one column repeat along the other. */
export function elementwise<N extends number>(
  work: Workspace,
  out: MatrixInfo,
  operands: readonly (AnyOperand | N)[],
  compute: (out: MatrixInfo, operands: readonly (WasmOperand | N)[]) => Handle,
): AnyHandle {
  const [rows, cols] = work.cut([out.rows, out.cols] as const, [[0, 1]]);
  const result = work.make(out);
  for (const i of ranges(out.rows, rows)) {
    for (const j of ranges(out.cols, cols)) {
      using step = work.step();
      const info = { ...out, rows: i.length, cols: j.length };
      const given = operands.map((x) =>
        typeof x === "number"
          ? x
          : step.read(x, region(x.rows === 1 ? whole(1) : i, x.cols === 1 ? whole(1) : j)),
      );
      step.write(result, region(i, j), step.own(info, compute(info, given)));
    }
  }
  return work.give(result);
}
