import type { Dtype, HostMatrix, MatmulOptions } from "@nonneg/core";
import fc from "fast-check";
import { productBound } from "../bounds.js";
import type { Context, Family } from "../context.js";
import { dense, type Kind, kinds } from "../data.js";
import { extent } from "../arbitraries.js";
import { precision } from "../precision.js";
import { property } from "../property.js";
import { product } from "../reference/product.js";
import { check, type Sample } from "../sample.js";

export const transposes: readonly MatmulOptions[] = [
  { transA: false, transB: false },
  { transA: true, transB: false },
  { transA: false, transB: true },
  { transA: true, transB: true },
];

/** One product against the reference; `out` asks for another dtype than that of the operands. */
export function matmulSample(
  context: Context,
  a: HostMatrix,
  b: HostMatrix,
  options: MatmulOptions,
  out: Dtype = context.dtype,
): Sample {
  const [rows, inner] = options.transA ? [a.cols, a.rows] : [a.rows, a.cols];
  const cols = options.transB ? b.rows : b.cols;
  const show = (m: HostMatrix, transposed: boolean) =>
    `${"indptr" in m ? "CSR " : ""}${m.rows}×${m.cols}${transposed ? "ᵀ" : ""}`;
  return {
    label: `matmul ${show(a, options.transA)} · ${show(b, options.transB)}`,
    inputs: [a, b],
    compute: (la, [x, y]) => [la.matmul(x!, y!, { ...options, dtype: out })],
    expected: () => [productBound(precision(out, context.capabilities), product(a, b, options))],
    flops: 2 * rows * inner * cols,
  };
}

/** Random operands of an m×k by k×n product, stored as the transposes ask. */
function randomProduct(
  context: Context,
  [m, k, n]: readonly [number, number, number],
  options: MatmulOptions,
  kind: Kind,
  seed: number,
): Sample {
  const { dtype } = context;
  const a = options.transA ? dense(k, m, dtype, kind, seed) : dense(m, k, dtype, kind, seed);
  const b = options.transB ? dense(n, k, dtype, kind, ~seed) : dense(k, n, dtype, kind, ~seed);
  return matmulSample(context, a, b, options);
}

/** Sizes on and off the widths of SIMD and the tiles of blocked kernels, m×k·k×n. */
const hostile: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 7, 1],
  [1, 1, 9],
  [8, 1, 1],
  [1, 17, 33],
  [31, 5, 1],
  [2, 3, 4],
  [4, 4, 4],
  [5, 8, 3],
  [7, 9, 15],
  [16, 16, 16],
  [17, 31, 15],
  [33, 2, 33],
  [63, 65, 5],
  [65, 63, 4],
  [3, 129, 65],
  [129, 3, 17],
  [2, 3000, 3],
  [3, 1025, 1],
];

export const matmulFamily: Family = (context) => [
  ...transposes.map((options) => ({
    name: `matmul ${options.transA ? "Aᵀ" : "A"}${options.transB ? "Bᵀ" : "B"}, hostile shapes`,
    run: () =>
      check(
        context,
        ...hostile.map((size, i) => randomProduct(context, size, options, "signed", i + 1)),
      ),
  })),
  property(
    context,
    "matmul, any shape, transpose and kind of data",
    fc.tuple(
      fc.tuple(extent, extent, extent),
      fc.constantFrom(...transposes),
      fc.constantFrom(...kinds),
      fc.nat(),
    ),
    ([size, options, kind, seed]) =>
      check(context, randomProduct(context, size, options, kind, seed)),
  ),
];
