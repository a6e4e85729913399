import type { ElementwiseOp, MatrixInfo } from "@nonneg/core";
import { entries, isWide, produce, type Handle, type Scratch, type WasmOperand } from "./handle.js";
import { elementwiseOps, stepOps } from "./kernels.js";
import { numberSlots } from "./tasks.js";

/** Entries of a chunk where operands do not repeat. */
const flat = 8192;
const vector = 16;

/** (address, bytes from row to row, bytes from vector to vector), 0 where it repeats. */
export type Place = readonly [number, number, number];

/** Places of the operands over `out`'s grid; numbers go to slots of the control block. */
function placeOperands(
  scratch: Scratch,
  out: MatrixInfo,
  operands: readonly (WasmOperand | number)[],
  wide: boolean,
): { places: Place[]; cols: number; total: number } {
  const size = wide ? 8 : 4;
  const total = entries(out);
  const { buffer } = scratch.runtime.memory;
  // Where no matrix repeats, the grid is one long row, handed over in pieces.
  const long = operands.every(
    (x) => typeof x === "number" || x.format === "csr" || x.rows * x.cols === total,
  );
  const cols = long ? flat : out.cols;
  const places = operands.map((x, i): Place => {
    if (typeof x === "number") {
      const slot = numberSlots + i * vector;
      if (wide) new Float64Array(buffer, slot, 1)[0] = x;
      else new Float32Array(buffer, slot, 1)[0] = x;
      return [slot, 0, 0];
    }
    return long ? [scratch.read(x, wide), cols * size, vector] : placeOf(scratch, x, wide);
  });
  return { places, cols, total };
}

/** Place of a matrix that repeats along dimensions of size one. */
export function placeOf(scratch: Scratch, x: WasmOperand, wide: boolean): Place {
  const rowBytes = x.cols * (wide ? 8 : 4);
  return [scratch.read(x, wide), x.rows === 1 ? 0 : rowBytes, x.cols === 1 ? 0 : vector];
}

/** The op on each entry; in f64 where the result or an operand is. */
export function elementwise(
  scratch: Scratch,
  out: MatrixInfo,
  op: ElementwiseOp,
  operands: readonly (WasmOperand | number)[],
): Handle {
  const matrices = operands.filter((x) => typeof x !== "number");
  // an exponent rounded to float32 would move a power by many units in the last place
  const inexact =
    op === "pow" && operands.some((x) => typeof x === "number" && Math.fround(x) !== x);
  const wide = isWide(out, matrices) || inexact;
  const { places, cols, total } = placeOperands(scratch, out, operands, wide);
  const none: Place = [numberSlots, 0, 0];
  const [a, b = none, c = none] = places as [Place, Place?, Place?];
  const rows = Math.ceil(total / cols);
  const { values } = produce(scratch, out, wide, (address) =>
    scratch.runtime.run(
      "elementwise",
      [Number(wide), elementwiseOps.indexOf(op), address, cols, total, ...a, ...b, ...c, 0],
      rows,
      Math.max(1, Math.ceil(flat / cols)),
      total * costs[op],
    ),
  );
  const structure = matrices.find((x) => x.format === "csr")?.handle.structure;
  return structure === undefined ? { values } : { values, structure };
}

/** Nanoseconds an entry, roughly. */
const costs: Readonly<Record<ElementwiseOp, number>> = {
  add: 0.5,
  sub: 0.5,
  mul: 0.5,
  div: 0.6,
  min: 0.5,
  max: 0.5,
  lessEqual: 0.5,
  equal: 0.5,
  sqrt: 0.6,
  abs: 0.5,
  select: 0.5,
  pow: 25,
  exp: 8,
  log: 8,
  log1p: 10,
  expm1: 10,
};

/** x ∘ (numerator ⊘ denominator)^exponent, and x where the denominator is 0 or that is not finite. */
export function scaleByRatio(
  scratch: Scratch,
  out: MatrixInfo,
  x: WasmOperand,
  numerator: WasmOperand,
  denominator: WasmOperand,
  exponent: number,
): Handle {
  const operands = [x, numerator, denominator];
  const wide = isWide(out, operands);
  const { places, cols, total } = placeOperands(scratch, out, operands, wide);
  const op = exponent === 1 ? stepOps.linear : exponent === 0.5 ? stepOps.root : stepOps.power;
  return produce(scratch, out, wide, (address) =>
    scratch.runtime.run(
      "elementwise",
      [Number(wide), op, address, cols, total, ...places.flat(), exponent],
      Math.ceil(total / cols),
      Math.max(1, Math.ceil(flat / cols)),
      total * (op === stepOps.power ? 30 : 1),
    ),
  );
}
