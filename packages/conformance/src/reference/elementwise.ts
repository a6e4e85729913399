import type { Capabilities, ElementwiseOp, HostDense } from "@nonneg/core";
import { type Precision, U64 } from "../precision.js";
import type { Approximate } from "../sample.js";

/** What each op gives, in float64. */
export const evaluate: Readonly<
  Record<ElementwiseOp, (a: number, b: number, c: number) => number>
> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pow: (a, b) => a ** b,
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  sqrt: Math.sqrt,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  select: (c, a, b) => (c !== 0 ? a : b),
};

/**
 * The bound of one entry whose operands are numbers of the output's dtype. Sums and products are
 * rounded once; the others are as the backend declares. A backend that flushes subnormals may
 * also flush an operand.
 */
function entryBound(
  op: ElementwiseOp,
  [a = 0, b = 0]: readonly number[],
  value: number,
  { u, tiny }: Precision,
  { accuracy, subnormals }: Capabilities,
): number {
  const flushed = subnormals ? 0 : tiny;
  switch (op) {
    case "add":
    case "sub":
      return u * Math.abs(value) + 2 * flushed;
    case "mul":
      return u * Math.abs(value) + tiny + flushed * (Math.abs(a) + Math.abs(b));
    case "div":
      return declared(op, value) + tiny + flushed / Math.abs(b);
    case "pow":
    case "sqrt":
    case "exp":
    case "log":
    case "log1p":
    case "expm1":
      return declared(op, value) + tiny;
    case "min":
    case "max":
    case "abs":
    case "select":
      return flushed;
    case "lessEqual":
    case "equal":
      return 0;
  }

  function declared(of: keyof typeof accuracy, exact: number): number {
    const { ulps, absolute } = accuracy[of];
    return (ulps * u + 2 * U64) * Math.abs(exact) + absolute;
  }
}

/** The op on each entry, operands repeated to rows × cols. */
export function elementwise(
  op: ElementwiseOp,
  rows: number,
  cols: number,
  operands: readonly (HostDense | number)[],
  precision: Precision,
  capabilities: Capabilities,
): Approximate {
  const values = new Float64Array(rows * cols);
  const bound = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const given = operands.map((operand) =>
        typeof operand === "number"
          ? operand
          : operand.data[
              (operand.rows === 1 ? 0 : i) * operand.cols + (operand.cols === 1 ? 0 : j)
            ]!,
      );
      const [a = 0, b = 0, c = 0] = given;
      const value = evaluate[op](a, b, c);
      values[i * cols + j] = value;
      bound[i * cols + j] = entryBound(op, given, value, precision, capabilities);
    }
  }
  return { rows, cols, values, bound };
}
