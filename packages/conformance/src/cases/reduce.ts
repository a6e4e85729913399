import type { Axis, Dtype, HostDense, HostMatrix, ReduceOp } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import { sumBound } from "../bounds.js";
import type { Context, Family } from "../context.js";
import { dense, type Kind, kinds, longTail, map, of } from "../data.js";
import { precision } from "../precision.js";
import { property } from "../property.js";
import { extremum, sum } from "../reference/sum.js";
import { check, type Sample } from "../sample.js";

export const axes: readonly Axis[] = ["rows", "cols", "all"];

/** One reduction against the reference; `out` asks for another dtype than that of the operand. */
export function reduceSample(
  context: Context,
  op: ReduceOp,
  a: HostMatrix,
  axis: Axis,
  out: Dtype = context.dtype,
): Sample {
  const at = precision(out, context.capabilities);
  const form = "indptr" in a ? `CSR ${a.rows}×${a.cols}` : `${a.rows}×${a.cols}`;
  return {
    label: `reduce ${op} of ${form} over "${axis}"`,
    inputs: [a],
    compute: (la, [x]) => [la.reduce(op, x!, axis, { dtype: out })],
    expected: () => [op === "sum" ? sumBound(at, sum(a, axis)) : extremum(op, a, axis, context)],
    flops: a.rows * a.cols,
  };
}

const shapes: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 7],
  [9, 1],
  [2, 3],
  [4, 4],
  [8, 16],
  [15, 17],
  [33, 31],
  [65, 5],
  [3, 129],
  [1, 1000],
  [1000, 1],
  [257, 9],
];

export const reduceFamily: Family = (context) => {
  const { dtype } = context;
  const every = (kind: Kind, ops: readonly ReduceOp[]) =>
    shapes.flatMap(([rows, cols], i) =>
      ops.flatMap((op) =>
        axes.map((axis) => reduceSample(context, op, dense(rows, cols, dtype, kind, i + 1), axis)),
      ),
    );
  const n = 2 ** 19 + 5;
  const long = (rows: number, cols: number): HostDense =>
    of(rows, cols, dtype, longTail(n, context));
  return [
    {
      name: "sum over each axis, hostile shapes",
      run: () => check(context, ...every("positive", ["sum"])),
    },
    { name: "sum of terms that cancel", run: () => check(context, ...every("signed", ["sum"])) },
    {
      name: "sum at far scales",
      run: () =>
        check(
          context,
          ...[2 ** 100, 2 ** -100].flatMap((scale) =>
            axes.map((axis) =>
              reduceSample(
                context,
                "sum",
                map(dense(33, 17, dtype, "scales", 1), (x) => scale * x),
                axis,
              ),
            ),
          ),
        ),
    },
    {
      name: "min and max over each axis, hostile shapes",
      run: () => check(context, ...every("signed", ["min", "max"])),
    },
    {
      name: `the error of a sum grows with log n: a row of ${n}`,
      run: () =>
        check(
          context,
          reduceSample(context, "sum", long(1, n), "cols"),
          reduceSample(context, "sum", long(1, n), "all"),
        ),
    },
    {
      name: `the error of a sum grows with log n: a column of ${n}`,
      run: () =>
        check(
          context,
          reduceSample(context, "sum", long(n, 1), "rows"),
          reduceSample(context, "sum", long(n, 1), "all"),
        ),
    },
    {
      name: "the error of a sum grows with log n: many rows and columns",
      run: () => {
        const [rows, cols] = [100_003, 3];
        const tail = longTail(rows, context);
        const tall = of(
          rows,
          cols,
          dtype,
          tail.flatMap((x) => [x, 0.5 * x, x]),
        );
        const wide = of(cols, rows, dtype, [...tail, ...tail, ...tail]);
        return check(
          context,
          reduceSample(context, "sum", tall, "rows"),
          reduceSample(context, "sum", tall, "all"),
          reduceSample(context, "sum", wide, "cols"),
        );
      },
    },
    property(
      context,
      "any reduction, shape and kind of data",
      fc.tuple(
        fc.constantFrom<ReduceOp>("sum", "min", "max"),
        fc.constantFrom(...axes),
        fc.tuple(extent, extent),
        fc.constantFrom(...kinds),
        fc.nat(),
      ),
      ([op, axis, [rows, cols], kind, seed]) =>
        check(context, reduceSample(context, op, dense(rows, cols, dtype, kind, seed), axis)),
    ),
  ];
};
