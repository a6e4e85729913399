import { integer, type KernelSource, type ParameterType } from "./kernel.js";

/**
 * How an operand meets the output: "full" of its shape, "repeated" along a dimension or both, or a
 * "number". A kernel is compiled for each combination, not for each shape.
 */
export type OperandKind = "full" | "repeated" | "number";

/**
 * A kernel over operands named x0, x1, …: `result` is an expression (or statements ending in a
 * return) in their entries v0, v1, …. A repeated operand brings its strides, r0 and c0.
 */
export function entrywise(
  kinds: readonly OperandKind[],
  extra: Readonly<Record<string, ParameterType>>,
  statements: string,
): KernelSource {
  const parameters: Record<string, ParameterType> = {};
  kinds.forEach((kind, i) => {
    parameters[`x${i}`] = kind === "number" ? "number" : "matrix";
    if (kind !== "repeated") return;
    parameters[`r${i}`] = "integer";
    parameters[`c${i}`] = "integer";
  });
  const entries = kinds.map((kind, i) => {
    const entry = {
      full: `x${i}[this.thread.x]`,
      repeated: `x${i}[row * r${i} + col * c${i}]`,
      number: `x${i}`,
    }[kind];
    return `const v${i} = ${entry};`;
  });
  if (kinds.includes("repeated")) {
    parameters["cols"] = "integer";
    entries.unshift(
      integer("row", "quotient(this.thread.x, cols)"),
      integer("col", "this.thread.x - row * cols"),
    );
  }
  return {
    parameters: { ...parameters, ...extra },
    body: `${entries.join("\n")}\n${statements}`,
  };
}
