import type { HostDense } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import type { Context, Family } from "../context.js";
import { dense, type Kind, of } from "../data.js";
import { property } from "../property.js";
import { scaleByRatio } from "../reference/scale-by-ratio.js";
import { check, type Sample } from "../sample.js";

export function scaleByRatioSample(
  context: Context,
  x: HostDense,
  numerator: HostDense,
  denominator: HostDense,
  exponent: number,
): Sample {
  const show = (m: HostDense) => `${m.rows}×${m.cols}`;
  return {
    label: `scaleByRatio ${show(x)} by ${show(numerator)} over ${show(denominator)}, exponent ${exponent}`,
    inputs: [x, numerator, denominator],
    compute: (la, [a, n, d]) => [la.scaleByRatio(a!, n!, d!, exponent)],
    expected: () => [
      scaleByRatio(
        context.dtype,
        x,
        numerator,
        denominator,
        exponent,
        context,
        context.capabilities.accuracy,
      ),
    ],
    flops: 2 * x.rows * x.cols,
  };
}

/** γ(β) over the β-divergences, and 1/(3−β) with a quadratic penalty. */
const exponents = [1, 0.5, 1 / 3, 2 / 3, 0.25, 2] as const;
const layouts = ["full", "column", "row"] as const;
const shapes: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 9],
  [8, 1],
  [2, 3],
  [7, 5],
  [4, 16],
  [17, 33],
  [65, 3],
];

export const scaleByRatioFamily: Family = (context) => {
  const { dtype } = context;
  const operand = (
    layout: (typeof layouts)[number],
    [rows, cols]: readonly [number, number],
    kind: Kind,
    seed: number,
  ) => dense(layout === "row" ? 1 : rows, layout === "column" ? 1 : cols, dtype, kind, seed);
  const sample = (
    size: readonly [number, number],
    above: (typeof layouts)[number],
    below: (typeof layouts)[number],
    kind: Kind,
    exponent: number,
    seed: number,
  ) =>
    scaleByRatioSample(
      context,
      operand("full", size, kind, seed),
      operand(above, size, kind, seed + 1),
      operand(below, size, kind, seed + 2),
      exponent,
    );
  // Entries in columns: x, numerator, denominator.
  const entries = (rows: readonly (readonly [number, number, number])[], exponent: number) => {
    const [x, numerator, denominator] = [0, 1, 2].map((c) =>
      of(
        rows.length,
        1,
        dtype,
        rows.map((row) => row[c]!),
      ),
    );
    return scaleByRatioSample(context, x!, numerator!, denominator!, exponent);
  };
  const far = dtype === "float32" ? 1e30 : 1e300;

  return [
    ...exponents.map((exponent) => ({
      name: `scaleByRatio, exponent ${exponent.toPrecision(2)}, every broadcast, zeros everywhere`,
      run: () =>
        check(
          context,
          ...shapes.flatMap((size, i) =>
            layouts.flatMap((above) =>
              layouts.map((below) => sample(size, above, below, "zeros", exponent, i)),
            ),
          ),
        ),
    })),
    {
      name: "scaleByRatio keeps x where the denominator is 0, and zeros",
      run: () =>
        check(
          context,
          ...exponents.map((exponent) =>
            entries(
              [
                [3, 2, 0],
                [3, 0, 0],
                [0, 2, 0],
                [0, 0, 0],
                [0, 2, 3],
                [0, far, 1 / far],
                [3, 0, 2],
                [1 / 3, 2, -0],
                [1e-20, 1, 1],
              ],
              exponent,
            ),
          ),
        ),
    },
    {
      name: "scaleByRatio keeps x where the result is not finite",
      run: () =>
        check(
          context,
          entries(
            [
              [far, far, 1],
              [1, far, 1 / far],
              [1 / 3, far, 1 / far],
              [2, 1, 1],
            ],
            1,
          ),
          entries([[3, far, 1]], 2),
        ),
    },
    {
      name: "scaleByRatio with nothing added to a small denominator",
      run: () =>
        check(
          context,
          entries(
            [
              [1, 1e-12, 1e-12],
              [2, 3e-12, 1e-12],
              [1, 1e-20, 2e-20],
              [5, 1e-25, 1e-25],
              [1, 1e-30, 1e-30],
            ],
            1,
          ),
          entries(
            [
              [1, 1e-12, 2e-12],
              [2, 3e-20, 1e-20],
            ],
            0.5,
          ),
        ),
    },
    {
      name: "scaleByRatio leaves x where numerator and denominator agree",
      run: () => {
        const x = dense(17, 9, dtype, "scales", 1);
        const both = dense(17, 9, dtype, "scales", 2);
        return check(
          context,
          scaleByRatioSample(context, x, both, both, 1),
          scaleByRatioSample(context, x, both, both, 0.5),
        );
      },
    },
    property(
      context,
      "scaleByRatio, any shape, broadcast and exponent",
      fc.tuple(
        fc.tuple(extent, extent),
        fc.constantFrom(...layouts),
        fc.constantFrom(...layouts),
        fc.constantFrom<Kind>("positive", "zeros", "scales"),
        fc.oneof(
          fc.constantFrom(...exponents),
          fc.integer({ min: 100, max: 2000 }).map((thousandths) => thousandths / 1000),
        ),
        fc.nat(1e9),
      ),
      (given) => check(context, sample(...given)),
    ),
  ];
};
