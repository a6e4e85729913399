/**
 * Products so small that the library computes them from where their operands lie. A larger one it packs into
 * blocks first, which for the thin factors of a factorization takes as long as the arithmetic
 * (`node bench/small-products.js`): a product of theirs is cut into calls of this size.
 */
import type { Product, Scratch } from "@nonneg/backend-wasm/memory";
import type { Library } from "./library.js";
import { addressOf } from "./native.js";

/** A product of rows × depth by depth × cols, or a part of one. */
export interface Cut {
  readonly rows: number;
  readonly cols: number;
  readonly depth: number;
}

/** Most multiply–adds of a product that OpenBLAS takes unpacked, where it has kernels for AVX-512. */
const mostMultiplyAdds = 1e6;
/** The thinnest side from which on packing costs less than it gains. */
const thinnest = 96;

/** Aᵀ (cols × rows) of a matrix at an address, in scratch memory: small products want it where A is read by columns. */
export type SmallProducts = (
  scratch: Scratch,
  wide: boolean,
  rows: number,
  cols: number,
  a: number,
) => number;

/** @returns undefined where the library packs small products too, or may */
export function smallProducts({ cblas, vendor }: Library): SmallProducts | undefined {
  const transpose = cblas.transpose?.bind(cblas);
  const kernels = /^(SkylakeX|Cooperlake|SapphireRapids)$/i;
  if (transpose === undefined || vendor.name !== "openblas") return undefined;
  if (!kernels.test(vendor.kernel ?? "")) return undefined;
  return (scratch, wide, rows, cols, a) => {
    const turned = scratch.take(rows * cols * (wide ? 8 : 4));
    const start = addressOf(scratch.runtime.memory.buffer);
    transpose({ wide, rows, cols, a: start + a, b: start + turned });
    return turned;
  };
}

/**
 * Which side of a product is thin, if its operands are such that the small kernels do well: vectors run along
 * the rows of B, and A is read along its rows or its columns.
 */
export function thinSide({ m, n, k, transA, transB }: Product): keyof Cut | undefined {
  const sides = { rows: transB ? Infinity : m, cols: transA ? Infinity : n, depth: k };
  if (transA || transB) sides.depth = Infinity;
  const least = Math.min(sides.rows, sides.cols, sides.depth);
  if (least > thinnest) return undefined;
  return least === sides.rows ? "rows" : least === sides.cols ? "cols" : "depth";
}

/**
 * The sides of one call within a part of a product: all of the thin one, as much of a second as stays in the L1 or
 * L2 cache, what is left to the third, and what that leaves to the second again.
 */
export function callOf({ rows, cols, depth }: Cut, thin: keyof Cut): Cut {
  switch (thin) {
    case "rows": {
      const deep = remaining(depth, rows * Math.min(cols, 384));
      return { rows, cols: remaining(cols, rows * deep), depth: deep };
    }
    case "cols": {
      const deep = remaining(depth, Math.min(rows, 128) * cols);
      return { rows: remaining(rows, cols * deep), cols, depth: deep };
    }
    case "depth": {
      const high = remaining(rows, Math.min(cols, 256) * depth);
      return { rows: high, cols: remaining(cols, high * depth), depth };
    }
  }
}

/** Rows and columns of WH that are formed at once for a step on a divergence; undefined: k is not thin. */
export function blockOf(k: number): { readonly rows: number; readonly cols: number } | undefined {
  if (k > thinnest) return undefined;
  return { rows: remaining(128, 256 * k), cols: 256 };
}

/** A multiple of eight where it is not all of `side`. */
function remaining(side: number, others: number): number {
  return Math.min(side, Math.max(8, Math.floor(mostMultiplyAdds / others / 8) * 8));
}
