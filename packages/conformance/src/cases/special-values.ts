import type { ElementwiseOp } from "@nonneg/core";
import type { Context, Family } from "../context.js";
import { of } from "../data.js";
import { check } from "../sample.js";
import { elementwiseSample } from "./elementwise.js";

/** Arguments where library functions go wrong: around 0 and 1, and near the ends of the range. */
function argumentsOf(
  context: Context,
): Readonly<Partial<Record<ElementwiseOp, readonly number[]>>> {
  const { u, dtype } = context;
  // The ends of what exp can give in the dtype.
  const far = dtype === "float32" ? 80 : 700;
  const wide = dtype === "float32" ? [1e-30, 1e30] : [1e-300, 1e300];
  const nearZero = [0, -0, 1e-30, -1e-30, 1e-8, -1e-8, 1e-4, -1e-4, 0.1, -0.1, 0.5, -0.5];
  const nearOne = [1 - 4 * u, 1 - 2 * u, 1 + 2 * u, 1 + 4 * u, 0.999, 1.001];
  return {
    sqrt: [0, 1, 2, 4, 0.25, 3, ...wide, ...nearOne],
    abs: [0, -0, 1, -1, ...wide, -1e30],
    exp: [0, -0, 1, -1, 1e-8, -1e-8, 0.5, -0.5, Math.LN2, far, -far, 10.5, -10.5, -1e4],
    log: [1, 2, 0.5, Math.E, 10, ...wide, ...nearOne],
    log1p: [...nearZero, -0.75, -0.999, 1, 1e3, ...wide],
    expm1: [...nearZero, 1, -1, -20, far, -far],
  };
}

/** Base and exponent: nonnegative bases, which is all that rules raise to a power. */
const powers: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [0, 1],
  [0, 3],
  [1, 100],
  [1, -100],
  [2, 0],
  [3, 1],
  [3, -1],
  [7, 2],
  [7, -2],
  [0.5, 1 / 3],
  [2, 0.5],
  [1e-10, 2],
  [1e10, 3],
  [1e10, -3],
  [1e-10, -3],
  [1 + 2 ** -20, 1000],
  [1e-30, 0.5],
  [1e30, 0.5],
  [1e30, -0.5],
  [1.5, 60],
  [1.5, -60],
];

/** Pairs of every sign and scale that the dtype holds, results included. */
const pairs: readonly (readonly [number, number])[] = [
  [0, 1],
  [-0, 1],
  [0, -1],
  [1e30, 1],
  [1e-30, 1],
  [1e-30, 1e30],
  [1e30, 1e-5],
  [1e15, 1e-15],
  [-1e30, 3],
  [1 / 3, 3],
  [1, 3],
  [2, 3],
  [1e-20, 1e15],
  [1e30, 1e30],
  [1e-30, 1e-30],
  [5, 7],
  [-5, 7],
];

export const specialValuesFamily: Family = (context) => {
  const { dtype, capabilities } = context;
  const column = (values: readonly number[]) => of(values.length, 1, dtype, values);
  const unary = Object.entries(argumentsOf(context)) as [ElementwiseOp, readonly number[]][];
  const binary = (op: ElementwiseOp, given: readonly (readonly [number, number])[]) =>
    elementwiseSample(context, op, [
      column(given.map(([a]) => a)),
      column(given.map(([, b]) => b)),
    ]);
  const small = dtype === "float32" ? 2 ** -149 : Number.MIN_VALUE;
  const subnormal = [small, 3 * small, 2 ** 20 * small, -small];
  return [
    ...unary.map(([op, values]) => ({
      name: `${op} near 0, near 1 and at the ends of its range`,
      run: () => check(context, elementwiseSample(context, op, [column(values)])),
    })),
    {
      name: "pow of zero, one, exact powers and far results",
      run: () => check(context, binary("pow", powers)),
    },
    {
      name: "arithmetic and comparisons over scales, signs and zeros of both signs",
      run: () => {
        const largest = dtype === "float32" ? 1e38 : 1e308;
        const overflows =
          (op: "mul" | "div") =>
          ([a, b]: readonly [number, number]) =>
            Math.abs(op === "mul" ? a * b : a / b) < largest;
        const distinct = ([a, b]: readonly [number, number]) =>
          Math.abs(a) !== Math.abs(b) || a === b;
        return check(
          context,
          ...(["add", "sub", "min", "max"] as const).map((op) => binary(op, pairs)),
          ...(["mul", "div"] as const).map((op) => binary(op, pairs.filter(overflows(op)))),
          ...(["lessEqual", "equal"] as const).map((op) => binary(op, pairs.filter(distinct))),
          elementwiseSample(context, "select", [column([0, -0, 1, -1, 1e-30, -1e30]), 3, -4]),
          elementwiseSample(context, "equal", [column([0, -0, 1]), 0]),
          elementwiseSample(context, "lessEqual", [column([0, -0, 1e-30, -1e-30]), 0]),
        );
      },
    },
    {
      name: "products that overflow do not come back as ordinary numbers",
      run: () => {
        const huge = dtype === "float32" ? 1e30 : 1e300;
        return check(
          context,
          binary("mul", [
            [huge, huge],
            [-huge, huge],
            [huge, 2],
          ]),
        );
      },
    },
    {
      name: capabilities.subnormals ? "subnormals are kept" : "subnormals become zero or stay",
      run: () =>
        check(
          context,
          binary(
            "add",
            subnormal.map((x) => [x, 0]),
          ),
          binary(
            "sub",
            subnormal.map((x) => [x, x]),
          ),
          binary(
            "max",
            subnormal.map((x) => [x, -1]),
          ),
          binary(
            "mul",
            subnormal.map((x) => [x, 1]),
          ),
          binary(
            "mul",
            subnormal.map((x) => [x, 0.5]),
          ),
          elementwiseSample(context, "abs", [column(subnormal)]),
          elementwiseSample(context, "mul", [
            column([1, 3, 5]),
            2 ** (dtype === "float32" ? -140 : -1060),
          ]),
        ),
    },
  ];
};
