import type { ElementwiseOp } from "@nonneg/core";
import type { KernelSource } from "./kernel.js";
import { entrywise, type OperandKind } from "./operand.js";

const results: Record<ElementwiseOp, string> = {
  add: "v0 + v1",
  sub: "v0 - v1",
  mul: "v0 * v1",
  div: "v0 / v1",
  min: "Math.min(v0, v1)",
  max: "Math.max(v0, v1)",
  pow: "accuratePow(v0, v1)",
  lessEqual: "v0 <= v1 ? 1.0 : 0.0",
  equal: "v0 === v1 ? 1.0 : 0.0",
  sqrt: "Math.sqrt(v0)",
  abs: "Math.abs(v0)",
  exp: "accurateExp(v0)",
  log: "accurateLog(v0)",
  log1p: "accurateLog1p(v0)",
  expm1: "accurateExpm1(v0)",
  select: "v0 !== 0.0 ? v1 : v2",
};

export function elementwise(op: ElementwiseOp, kinds: readonly OperandKind[]): KernelSource {
  return entrywise(kinds, {}, `return ${results[op]};`);
}
