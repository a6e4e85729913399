import type { HostDense } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import { productBound } from "../bounds.js";
import type { Context, Family } from "../context.js";
import { dense, kinds } from "../data.js";
import { demand } from "../failure.js";
import { property } from "../property.js";
import { product } from "../reference/product.js";
import { check, type Sample } from "../sample.js";

const sides = ["AtA", "AAt"] as const;
type Side = (typeof sides)[number];

export function gramSample(context: Context, a: HostDense, side: Side): Sample {
  const options = side === "AtA" ? { transA: true } : { transB: true };
  const [inner, size] = side === "AtA" ? [a.rows, a.cols] : [a.cols, a.rows];
  return {
    label: `gram ${side} of ${a.rows}×${a.cols}`,
    inputs: [a],
    compute: (la, [x]) => [la.gram(x!, side)],
    expected: () => [productBound(context, product(a, a, options))],
    flops: inner * size * (size + 1),
  };
}

const shapes: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 9],
  [7, 1],
  [4, 4],
  [5, 3],
  [3, 5],
  [16, 8],
  [17, 33],
  [65, 20],
  [2, 65],
  [1000, 5],
  [129, 31],
];

export const gramFamily: Family = (context) => {
  const { dtype } = context;
  const symmetric = {
    name: "gram is exactly symmetric",
    run: async () => {
      const la = context.la();
      for (const [rows, cols] of shapes) {
        using a = la.upload(dense(rows, cols, dtype, "scales", rows));
        for (const side of sides) {
          using gram = la.gram(a, side);
          const [data] = await la.download(gram);
          const n = gram.rows;
          data!.forEach((value, i) => {
            const mirrored = data![(i % n) * n + Math.floor(i / n)]!;
            demand(
              value === mirrored,
              () =>
                `gram ${side} of ${rows}×${cols} (${dtype}, ${context.name}): (${Math.floor(i / n)}, ${i % n}) is ${value}, its mirror ${mirrored}.`,
            );
          });
        }
      }
    },
  };
  return [
    ...sides.map((side) => ({
      name: `gram ${side}, hostile shapes`,
      run: () =>
        check(
          context,
          ...shapes.map(([rows, cols], i) =>
            gramSample(context, dense(rows, cols, dtype, "signed", i), side),
          ),
        ),
    })),
    // A composed one is as symmetric as the product that it is.
    ...(context.backend().gram ? [symmetric] : []),
    property(
      context,
      "gram, any shape and kind of data",
      fc.tuple(extent, extent, fc.constantFrom(...sides), fc.constantFrom(...kinds), fc.nat()),
      ([rows, cols, side, kind, seed]) =>
        check(context, gramSample(context, dense(rows, cols, dtype, kind, seed), side)),
    ),
  ];
};
