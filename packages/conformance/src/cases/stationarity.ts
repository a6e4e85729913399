import type { Factor, HostDense } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import type { Context, Family } from "../context.js";
import { dense, type Kind, longTail, of } from "../data.js";
import { property } from "../property.js";
import { stationarity } from "../reference/stationarity.js";
import { check, type Sample } from "../sample.js";

/** Both sums for `factor` x, its partner's sums in `partner`. */
export function stationaritySample(
  context: Context,
  factor: Factor,
  x: HostDense,
  numerator: HostDense,
  denominator: HostDense,
  partner: HostDense,
  share = 1,
): Sample {
  const show = (m: HostDense) => `${m.rows}×${m.cols}`;
  const options = { factor, share };
  return {
    label: `stationarity of ${factor} ${show(x)}, ${show(numerator)} against ${show(denominator)}, share ${share}`,
    inputs: [x, numerator, denominator, partner],
    compute(la, [a, n, d, p]) {
      const sums = la.stationarity(a!, n!, d!, p!, options);
      return [sums.residual, sums.scale];
    },
    expected() {
      const { dtype, capabilities } = context;
      const given = [dtype, x, numerator, denominator, partner, options] as const;
      const sums = stationarity(...given, context, capabilities.accuracy);
      return [sums.residual, sums.scale];
    },
    flops: 6 * x.rows * x.cols,
  };
}

const factors = ["H", "W"] as const;
const layouts = ["full", "column", "row"] as const;
type Layout = (typeof layouts)[number];
type Size = readonly [number, number];
const shapes: readonly Size[] = [
  [1, 1],
  [1, 9],
  [8, 1],
  [2, 3],
  [7, 5],
  [4, 16],
  [17, 33],
  [65, 3],
  [3, 700],
];

export const stationarityFamily: Family = (context) => {
  const { dtype } = context;
  const sample = (
    factor: Factor,
    [rows, cols]: Size,
    above: Layout,
    below: Layout,
    kind: Kind,
    seed: number,
  ) => {
    const operand = (layout: Layout, at: number) =>
      dense(layout === "row" ? 1 : rows, layout === "column" ? 1 : cols, dtype, kind, seed + at);
    const sums = factor === "H" ? ([1, rows] as const) : ([cols, 1] as const);
    return stationaritySample(
      context,
      factor,
      operand("full", 0),
      operand(above, 1),
      operand(below, 2),
      dense(sums[0], sums[1], dtype, kind, seed + 3),
      3.25,
    );
  };
  // Rows of W: x, numerator, denominator; each a component of its own with the sum of its partner.
  const entries = (
    components: readonly (readonly [number, number, number, number])[],
    share: number,
  ) => {
    const pick = (p: number) => components.map((component) => component[p]!);
    const count = components.length;
    const [x, above, below] = [0, 1, 2].map((p) => of(1, count, dtype, pick(p)));
    return stationaritySample(
      context,
      "W",
      x!,
      above!,
      below!,
      of(count, 1, dtype, pick(3)),
      share,
    );
  };
  const far = dtype === "float32" ? 1e30 : 1e300;

  return [
    ...factors.map((factor) => ({
      name: `stationarity of ${factor}, every broadcast, zeros everywhere`,
      run: () =>
        check(
          context,
          ...shapes.flatMap((size, i) =>
            layouts.flatMap((above) =>
              layouts.map((below) => sample(factor, size, above, below, "zeros", i)),
            ),
          ),
        ),
    })),
    {
      name: "stationarity is 0 where numerator and denominator agree",
      run: () => {
        const x = dense(17, 9, dtype, "zeros", 1);
        const both = dense(17, 9, dtype, "scales", 2);
        const sums = dense(1, 17, dtype, "zeros", 3);
        return check(context, stationaritySample(context, "H", x, both, both, sums));
      },
    },
    {
      name: "stationarity sees a locked zero that should grow, by the share of its component",
      run: () => check(context, ...[0.5, 3].map((share) => entries([[0, 2, 1, 4]], share))),
    },
    {
      name: "stationarity sees no zero that should shrink, and no component without a partner",
      run: () =>
        check(
          context,
          entries([[0, 1, 2, 4]], 3),
          entries([[0, 2, 1, 0]], 3),
          entries(
            [
              [0, 1, 2, 4],
              [2, 2, 1, 0],
              [2, 1, 2, 0],
            ],
            3,
          ),
        ),
    },
    {
      name: "stationarity of a partner so small that the share is past all numbers",
      run: () =>
        check(
          context,
          // ∇ = 0: nothing, though x̄ is as large as can be
          entries([[1, 1, 1, 1 / far]], far),
          entries([[1, 0, 1, 1 / far]], far),
          entries([[0, 1, 0, 1 / far]], 1),
          // grown by the largest number times 1/far
          entries([[0, 1 / far, 0, 1 / far]], far),
        ),
    },
    {
      name: "stationarity of many entries: no row is left out, and long sums do not drift",
      run: () => {
        const n = 2 ** 19 + 5;
        const long = (factor: Factor, rows: number, cols: number) => {
          const filled = (value: number) => of(1, 1, dtype, [value]);
          const x = of(rows, cols, dtype, new Array<number>(n).fill(1));
          const tail = of(rows, cols, dtype, longTail(n, context));
          return stationaritySample(context, factor, x, filled(0), tail, filled(1));
        };
        return check(
          context,
          long("H", 1, n),
          long("W", n, 1),
          sample("W", [4001, 7], "full", "row", "zeros", 1),
          sample("H", [7, 4001], "full", "column", "zeros", 2),
        );
      },
    },
    property(
      context,
      "stationarity, any shape, broadcast and scale",
      fc.tuple(
        fc.constantFrom(...factors),
        fc.tuple(extent, extent),
        fc.constantFrom(...layouts),
        fc.constantFrom(...layouts),
        fc.constantFrom<Kind>("positive", "zeros", "scales"),
        fc.nat(1e9),
      ),
      (given) => check(context, sample(...given)),
    ),
  ];
};
