import type { HostDense } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import type { Context, Family } from "../context.js";
import { dense, type Kind, map, of } from "../data.js";
import { demand } from "../failure.js";
import { property } from "../property.js";
import { norm, optimality } from "../reference/nnls.js";
import { product } from "../reference/product.js";
import { check, type Sample } from "../sample.js";
import { halfStepProblem, transposed } from "./coordinate-sweep.js";

/** k unknowns for each of n right-hand sides. */
const sizes: readonly (readonly [k: number, n: number])[] = [
  [1, 1],
  [1, 9],
  [2, 3],
  [5, 17],
  [8, 4],
  [16, 7],
  [31, 5],
];

/**
 * A problem whose solution is known: G = AᵀA + I, some x ≥ 0 and cross = Gx − λ, with λ > 0 exactly
 * where x = 0. As ‖G⁻¹‖ ≤ 1, also of every block, an error of the gradient is one of x at most.
 */
export function nnlsSample(
  context: Context,
  [k, n]: readonly [number, number],
  factor: "W" | "H",
  seed: number,
): Sample {
  const { dtype, u } = context;
  const square = product(
    dense(k, k, dtype, "positive", seed),
    dense(k, k, dtype, "positive", seed),
    { transA: true },
  );
  const gram = of(
    k,
    k,
    dtype,
    square.values.map((value, i) => value + (i % (k + 1) === 0 ? 1 : 0)),
  );
  const x = map(dense(k, n, "float64", "zeros", seed + 1), (value) => (value < 0.1 ? 0 : value));
  const slack = dense(k, n, "float64", "positive", seed + 2).data;
  const { values } = product(gram, x);
  const cross = of(
    k,
    n,
    dtype,
    values.map((value, i) => value - (x.data[i] === 0 ? 0.1 + slack[i]! : 0)),
  );
  const start = dense(k, n, dtype, "zeros", seed + 3);
  const lay = (m: HostDense) => (factor === "H" ? m : transposed(m));
  const [solution, right, from] = [lay(x), lay(cross), lay(start)];
  return {
    label: `nnls for ${factor}, ${n} right-hand sides of rank ${k}`,
    inputs: [gram, right, from],
    compute: async (la, [g, c, s]) => [await la.nnls(g!, c!, factor, s!)],
    expected: () => {
      const values = Float64Array.from(solution.data);
      // The cross product was rounded to the dtype on its way here.
      const scale = norm(gram.data) * norm(x.data) + norm(cross.data);
      const bound = values.map((value) => 4 * (k + 2) ** 2 * u * scale + u * value);
      return [{ rows: solution.rows, cols: solution.cols, values, bound }];
    },
  };
}

/** Nonnegative least squares: the solution where it is known, the conditions of a minimum where it is not. */
export const nnlsFamily: Family = (context) => {
  const solve = async (gram: HostDense, cross: HostDense, start: HostDense, factor: "W" | "H") => {
    const la = context.la();
    using g = la.upload(gram);
    using c = la.upload(cross);
    using s = la.upload(start);
    using x = await la.nnls(g, c, factor, s);
    const [solution] = await la.download(x);
    return optimality(gram, cross, start, solution!, factor, context);
  };
  const label = (factor: string, { rows, cols }: HostDense) =>
    `nnls for ${factor} ${rows}×${cols} (${context.dtype}, ${context.name}, seed ${context.seed})`;

  return (["H", "W"] as const).flatMap((factor) => [
    {
      name: `nnls for ${factor}, problems whose solution is known`,
      run: () =>
        check(context, ...sizes.map((size, i) => nnlsSample(context, size, factor, 10 * i))),
    },
    property(
      context,
      `nnls for ${factor}: the conditions of a minimum hold`,
      fc.tuple(
        fc.integer({ min: 1, max: 9 }),
        extent,
        fc.constantFrom<Kind>("positive", "zeros"),
        fc.nat(1e9),
      ),
      async ([k, n, kind, seed]) => {
        // Rows to spare, and the unit matrix: no direction without curvature.
        const { x, gram, cross } = halfStepProblem(context, [k + 8, k, n], factor, kind, seed);
        const convex = map(gram, (value, i) => value + (i % (k + 1) === 0 ? 1 : 0));
        const { least, violation } = await solve(convex, cross, x, factor);
        demand(least >= 0, `${label(factor, x)}: an entry is ${least}.`);
        demand(
          violation <= 1,
          `${label(factor, x)}: the conditions are violated by ${violation} times their bound.`,
        );
      },
    ),
    property(
      context,
      `nnls for ${factor}: without full rank it never goes uphill nor below zero`,
      fc.tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        extent,
        fc.constantFrom<Kind>("positive", "zeros"),
        fc.nat(1e9),
      ),
      async ([m, k, n, kind, seed]) => {
        const { x, gram, cross } = halfStepProblem(context, [m, k, n], factor, kind, seed);
        const { least, rise } = await solve(gram, cross, x, factor);
        demand(least >= 0, `${label(factor, x)}: an entry is ${least}.`);
        demand(
          rise <= 1,
          `${label(factor, x)}: the value rises by ${rise} times what rounding may.`,
        );
      },
    ),
  ]);
};
