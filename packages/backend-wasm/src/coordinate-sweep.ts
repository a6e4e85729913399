import type { CoordinateSweepOptions, MatrixInfo } from "@nonneg/core";
import { isWide, produce, type Handle, type Scratch, type WasmOperand } from "./handle.js";

/** One sweep of coordinate descent (HALS): see `Backend.coordinateSweep`. */
export function coordinateSweep(
  scratch: Scratch,
  out: MatrixInfo,
  x: WasmOperand,
  gram: WasmOperand,
  cross: WasmOperand,
  { factor, l1, l2 }: CoordinateSweepOptions,
): Handle {
  const wide = isWide(out, [x, gram, cross]);
  const byRows = factor === "W";
  const k = gram.rows;
  const count = byRows ? x.rows : x.cols;
  const [xAt, gramAt, crossAt] = [x, gram, cross].map((operand) => scratch.read(operand, wide));
  return produce(scratch, out, wide, (address) =>
    scratch.runtime.run(
      "coordinateSweep",
      [Number(wide), address, xAt!, gramAt!, crossAt!, count, k, Number(byRows), l1, l2],
      // strips of four vectors: STRIP of assembly/sweep.ts
      Math.ceil(count / (wide ? 8 : 16)),
      8,
      (count * k * k) / 4,
    ),
  );
}
