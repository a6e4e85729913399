import type { ReduceOp } from "@nonneg/core";
import { integer, type KernelSource } from "./kernel.js";

/** Entries that one thread reduces. */
export const FAN = 16;

const combine: Record<ReduceOp, (a: string, b: string) => string> = {
  sum: (a, b) => `(${a} + ${b})`,
  min: (a, b) => `Math.min(${a}, ${b})`,
  max: (a, b) => `Math.max(${a}, ${b})`,
};

/** The terms combined in pairs, the pairs in pairs, and so on. */
function tree(op: ReduceOp, terms: readonly string[]): string {
  if (terms.length === 1) return terms[0]!;
  const middle = terms.length / 2;
  return combine[op](tree(op, terms.slice(0, middle)), tree(op, terms.slice(middle)));
}

/**
 * One pass of a reduction: of an array outer × length × inner, each FAN entries along `length`
 * become one. Passes until one is left make a tree, whose error grows with log(length).
 */
export function reduce(op: ReduceOp): KernelSource {
  // Past the end `at` stays on the last entry: min and max take it again, a sum takes 0 instead.
  const terms = Array.from({ length: FAN }, (_, i) => `x${i}`);
  const loads = terms.map((term, i) => {
    const next = i === 0 ? "" : `if (left >= ${i}) { at += inner; }`;
    return `${next} const ${term} = ${op === "sum" && i > 0 ? `left >= ${i} ? a[at] : 0.0` : "a[at]"};`;
  });
  return {
    parameters: { a: "matrix", length: "integer", groups: "integer", inner: "integer" },
    body: `
      ${integer("line", "quotient(this.thread.x, inner)")}
      ${integer("outer", "quotient(line, groups)")}
      ${integer("first", `(line - outer * groups) * ${FAN}`)}
      ${integer("left", "length - 1 - first")}
      ${integer("at", "(outer * length + first) * inner + this.thread.x - line * inner")}
      ${loads.join("\n")}
      return ${tree(op, terms)};`,
  };
}
