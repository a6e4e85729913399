/** Arithmetic and least memory traffic of an iteration, counted by its formulas. */
import type { Dtype } from "@nonneg/core";
import type { Shape } from "./data.js";
import type { LossName } from "./study.js";

export interface Work {
  readonly flops: number;
  readonly bytes: number;
  /** MB that an iteration goes through, which decides whose bandwidth bounds it */
  readonly footprint: number;
}

/**
 * An iteration of `rule` moves both factors. A division counts as one flop. V is read once for each
 * factor, as is whatever else is read or written once.
 * - Euclidean, multiplicative: WᵀV and VHᵀ (2·stored·k each), two Gram matrices, each times its factor.
 * - Euclidean, coordinate descent: the same products; a sweep costs what the Gram matrix times the factor does.
 * - Kullback–Leibler: for each factor WH where V has entries, the ratio, and one product with it.
 * Undefined for rules whose work depends on the data.
 */
export function workOf(
  { rows, cols, rank, stored, sparse }: Shape,
  loss: LossName,
  rule: string,
  dtype: Dtype,
): Work | undefined {
  if (!["multiplicative", "mu", "hals", "cd"].includes(rule)) return undefined;
  const size = dtype === "float64" ? 8 : 4;
  const factors = (rows + cols) * rank;
  const flops =
    loss === "euclidean"
      ? 4 * stored * rank + factors * (rank + 1) + 2 * factors * rank + 2 * factors
      : 8 * stored * rank + 2 * stored + 3 * factors;
  const V = stored * (sparse ? size + 4 : size);
  // Each half-step reads both factors and writes one.
  const bytes = 2 * V + 3 * factors * size;
  return { flops, bytes, footprint: (V + factors * size) / 2 ** 20 };
}
