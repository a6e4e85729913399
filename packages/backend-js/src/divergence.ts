import type { HostArray, HostDense } from "@nonneg/core";
import { betaDivergence, isInfinite } from "./beta-divergence.js";
import {
  type Divergence,
  productBlocks,
  requireClosedForm,
  values,
} from "./divergence-operands.js";
import { exactGram } from "./gram.js";
import { pairwiseSum } from "./pairwise.js";
import { columnSums } from "./reduce.js";
import { sampledMatmul } from "./sampled-matmul.js";

/** D_β(V‖WH) over its finite entries, and how many are infinite. Float64, WH never materialised. */
export function divergence(operands: Divergence): { sum: number; infinite: number } {
  const { beta, v, w, h, weights } = operands;
  requireClosedForm(operands);
  const weightsOf = weights && values(weights);

  if ("indptr" in v) {
    const x = sampledMatmul(w, h, v);
    const zeros = weights ? 0 : implicitZeros(beta, x, w, h);
    const infinite = toTerms(beta, v.values, weightsOf, 0, x);
    return { sum: pairwiseSum(x) + zeros, infinite };
  }
  const sums: number[] = [];
  let infinite = 0;
  for (const { row, data } of productBlocks(w, h)) {
    infinite += toTerms(beta, v.data, weightsOf, row * h.cols, data);
    sums.push(pairwiseSum(data));
  }
  return { sum: pairwiseSum(Float64Array.from(sums)), infinite };
}

/** Replaces each x by its term of the divergence, 0 where that is infinite; returns how many are. */
function toTerms(
  beta: number,
  v: HostArray,
  weights: HostArray | undefined,
  from: number,
  x: Float64Array,
): number {
  let infinite = 0;
  for (let i = 0, p = from; i < x.length; i++, p++) {
    const weight = weights ? weights[p]! : 1;
    if (weight === 0) {
      x[i] = 0;
    } else if (isInfinite(beta, v[p]!, x[i]!)) {
      x[i] = 0;
      infinite++;
    } else {
      x[i] = weight * betaDivergence(beta, v[p]!, x[i]!);
    }
  }
  return infinite;
}

/**
 * Σ x^β/β over the entries off V's pattern, for β = 1 and 2: the sum over all entries, which the
 * column sums (or Gram matrices) of the factors give, less the sum over `stored`, those on it.
 */
function implicitZeros(beta: number, stored: Float64Array, w: HostDense, h: HostDense): number {
  const [left, right] =
    beta === 1 ? [columnSums(w), rowSums(h)] : [exactGram(w, "AtA"), exactGram(h, "AAt")];
  const power = beta === 1 ? stored : stored.map((x) => x * x);
  const all = pairwiseSum(left.map((entry, a) => entry * right[a]!));
  // Off the pattern nothing is negative: less than 0 is rounding.
  return Math.max(0, all - pairwiseSum(power)) / beta;
}

function rowSums({ data, rows, cols }: HostDense): Float64Array {
  return Float64Array.from({ length: rows }, (_, a) => pairwiseSum(data, a * cols, (a + 1) * cols));
}
