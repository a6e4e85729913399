import type { CoordinateSweepOptions, HostDense } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import type { Context, Family } from "../context.js";
import { dense, type Kind, map, of } from "../data.js";
import { property } from "../property.js";
import { coordinateSweep } from "../reference/coordinate-sweep.js";
import { product } from "../reference/product.js";
import { check, type Sample } from "../sample.js";

export function coordinateSweepSample(
  context: Context,
  x: HostDense,
  gram: HostDense,
  cross: HostDense,
  options: CoordinateSweepOptions,
): Sample {
  return {
    label: `coordinateSweep of ${options.factor} ${x.rows}×${x.cols}, l1 ${options.l1}, l2 ${options.l2}`,
    inputs: [x, gram, cross],
    compute: (la, [a, g, c]) => [la.coordinateSweep(a!, g!, c!, options)],
    expected: () => [
      coordinateSweep(x, gram, cross, options, context, context.capabilities.accuracy.div.ulps),
    ],
    flops: 2 * gram.rows * x.rows * x.cols,
  };
}

/** m×k · k×n of a problem to sweep on: ranks from one to past the sizes of V. */
const sizes: readonly (readonly [m: number, k: number, n: number])[] = [
  [1, 1, 1],
  [5, 1, 7],
  [3, 2, 4],
  [6, 5, 9],
  [4, 4, 4],
  [9, 8, 17],
  [20, 16, 3],
  [3, 7, 33],
  [33, 20, 15],
];
const penalties = [
  [0, 0],
  [0.3, 0],
  [0, 0.7],
  [0.1, 0.2],
] as const;

/** Gram matrix, cross product and start of one half-step, as an iteration would hand them over. */
export function halfStepProblem(
  context: Context,
  [m, k, n]: readonly [number, number, number],
  factor: "W" | "H",
  kind: Kind,
  seed: number,
) {
  const { dtype } = context;
  const w = dense(m, k, dtype, kind, seed);
  const v = dense(m, n, dtype, "positive", seed + 1);
  const x = dense(k, n, dtype, "zeros", seed + 2);
  const rounded = ({ rows, cols, values }: ReturnType<typeof product>) =>
    of(rows, cols, dtype, values);
  const gram = rounded(product(w, w, { transA: true }));
  const cross = rounded(product(w, v, { transA: true }));
  return factor === "H"
    ? ({ x, gram, cross } as const)
    : ({ x: transposed(x), gram, cross: transposed(cross) } as const);
}

export function transposed(m: HostDense): HostDense {
  const swapped = { rows: m.cols, cols: m.rows, data: m.data };
  return map(swapped, (_, i) => m.data[(i % m.rows) * m.cols + Math.floor(i / m.rows)]!);
}

export const coordinateSweepFamily: Family = (context) => {
  const sample = (
    size: (typeof sizes)[number],
    options: CoordinateSweepOptions,
    kind: Kind,
    seed: number,
  ) => {
    const { x, gram, cross } = halfStepProblem(context, size, options.factor, kind, seed);
    return coordinateSweepSample(context, x, gram, cross, options);
  };
  return (["H", "W"] as const).flatMap((factor) => [
    ...penalties.map(([l1, l2]) => ({
      name: `coordinateSweep of ${factor}, l1 ${l1}, l2 ${l2}`,
      run: () =>
        check(
          context,
          ...sizes.map((size, i) =>
            sample(size, { factor, l1, l2 }, i % 2 ? "zeros" : "positive", 10 * i),
          ),
        ),
    })),
    {
      name: `coordinateSweep of ${factor} leaves components without curvature as they are`,
      run: () => {
        const { x, gram, cross } = halfStepProblem(context, [9, 5, 17], factor, "positive", 3);
        // The third component of the partner is dead.
        const flat = map(gram, (g, i) => (i % 5 === 2 || Math.floor(i / 5) === 2 ? 0 : g));
        return check(
          context,
          coordinateSweepSample(context, x, flat, cross, { factor, l1: 0, l2: 0 }),
        );
      },
    },
    property(
      context,
      `coordinateSweep of ${factor}, any size and penalty`,
      fc.tuple(
        fc.tuple(extent, fc.integer({ min: 1, max: 9 }), extent),
        fc.constantFrom(...penalties),
        fc.constantFrom<Kind>("positive", "zeros", "zero"),
        fc.nat(1e9),
      ),
      ([size, [l1, l2], kind, seed]) =>
        check(context, sample(size, { factor, l1, l2 }, kind, seed)),
    ),
  ]);
};
