import type { Dtype } from "@nonneg/core";
import type { Family } from "../context.js";
import { dense, map, sparse } from "../data.js";
import { check } from "../sample.js";
import { elementwiseSample } from "./elementwise.js";
import { matmulSample } from "./matmul.js";
import { axes, reduceSample } from "./reduce.js";
import { sampledMatmulSample } from "./sparse.js";

/**
 * Operands of one dtype, results of another: arithmetic is at least in the precision of the
 * result, so a float64 product of float32 operands is a float64 product. Where a backend has both.
 */
export const mixedDtypesFamily: Family = (context) => {
  const { dtype: out, capabilities } = context;
  if (capabilities.dtypes.length < 2) return [];
  const other: Dtype = out === "float64" ? "float32" : "float64";
  const options = { transA: false, transB: true };
  const to = (from: Dtype, also: Dtype) => `${from} and ${also} to ${out}`;

  return (
    [
      [other, other],
      [other, out],
      [out, other],
    ] as const
  ).flatMap(([first, second]) => {
    // Multiples of 1/1024 are exact in every dtype, so that narrowing an operand costs nothing.
    const fraction = (x: number) => Math.ceil(1024 * x) / 1024;
    const a = map(dense(9, 65, first, "signed", 1), fraction);
    const b = dense(7, 65, second, "signed", 2);
    const c = map(dense(9, 65, second, "positive", 3), fraction);
    const stored = sparse(9, 65, first, "positive", 4);
    const cases = [
      {
        name: `matmul of ${to(first, second)}`,
        run: () => check(context, matmulSample(context, a, b, options, out)),
      },
      {
        name: `reductions of ${first}, beside ${second}, to ${out}`,
        run: () =>
          check(
            context,
            ...axes.flatMap((axis) => [
              reduceSample(context, "sum", a, axis, out),
              reduceSample(context, "max", a, axis, out),
            ]),
          ),
      },
      {
        name: `elementwise on ${to(first, second)}`,
        run: () =>
          check(
            context,
            ...(["add", "mul", "div", "max", "select"] as const).map((op) =>
              elementwiseSample(context, op, op === "select" ? [a, c, a] : [a, c], out),
            ),
          ),
      },
    ];
    if (!capabilities.sparse) return cases;
    return [
      ...cases,
      {
        name: `CSR products of ${to(first, second)}`,
        run: () =>
          check(
            context,
            matmulSample(context, stored, b, options, out),
            sampledMatmulSample(
              context,
              stored,
              dense(9, 4, second, "positive", 5),
              dense(4, 65, second, "positive", 6),
              out,
            ),
          ),
      },
    ];
  });
};
