import type {
  Factor,
  HostArray,
  HostDense,
  HostMatrix,
  HostSparse,
  MatrixInfo,
} from "@nonneg/core";
import { rounded, scratch } from "./allocate.js";
import { denominatorEntry, numeratorEntry } from "./beta-divergence.js";
import {
  type Divergence,
  productBlocks,
  requireClosedForm,
  values,
} from "./divergence-operands.js";
import { addProduct, rowsOf, transpose, view } from "./gemm.js";
import { exactGram } from "./gram.js";
import { matmul } from "./matmul.js";
import { matmulSparse } from "./matmul-sparse.js";
import { reduce } from "./reduce.js";
import { sampledMatmul } from "./sampled-matmul.js";

interface Out {
  readonly numerator: MatrixInfo;
  readonly denominator: MatrixInfo;
}
interface Terms {
  readonly numerator: HostArray;
  readonly denominator: HostArray;
}

/** Numerator and denominator of a β-divergence step: see `Backend.divergenceTerms` for the formulas. */
export function divergenceTerms(out: Out, operands: Divergence, factor: Factor): Terms {
  const { beta, v, w, h, weights } = operands;
  requireClosedForm(operands);
  if (beta === 2 && !weights) {
    return {
      numerator: project(out.numerator, operands, v, factor),
      denominator: throughGram(out.denominator, operands, factor),
    };
  }
  const sums = beta === 1 && !weights ? partnerSums(out.denominator, operands, factor) : undefined;
  if (!("indptr" in v)) return throughBlocks(out, operands, v, factor, sums);

  const { numerator, denominator } = gradientEntries(operands, 0, sampledMatmul(w, h, v));
  const onPattern = (entries: Float64Array): HostSparse => ({ ...v, values: entries });
  return {
    numerator: project(out.numerator, operands, onPattern(numerator), factor),
    denominator: sums ?? project(out.denominator, operands, onPattern(denominator), factor),
  };
}

/** Dense V: some rows of WH at a time; `sums` is the denominator where it needs none of them. */
function throughBlocks(
  out: Out,
  operands: Divergence,
  v: HostDense,
  factor: Factor,
  sums: HostArray | undefined,
): Terms {
  const { w, h } = operands;
  const numerator = scratch(out.numerator.rows, out.numerator.cols);
  const denominator = scratch(out.numerator.rows, out.numerator.cols);
  for (const { row, rows, data } of productBlocks(w, h)) {
    const add = (to: Float64Array, entries: Float64Array) => {
      const block = view({ data: entries, rows, cols: v.cols });
      if (factor === "H") addProduct(to, transpose(rowsOf(view(w), row, rows)), block);
      else addProduct(to.subarray(row * w.cols, (row + rows) * w.cols), block, transpose(view(h)));
    };
    const entries = gradientEntries(operands, row * v.cols, data);
    add(numerator, entries.numerator);
    if (!sums) add(denominator, entries.denominator);
  }
  return {
    numerator: rounded(out.numerator, numerator),
    denominator: sums ?? rounded(out.denominator, denominator),
  };
}

/** M ∘ V ∘ X^(β−2) and M ∘ X^(β−1) for a run of the entries of V, from the same run of X. */
function gradientEntries(operands: Divergence, from: number, x: Float64Array) {
  const { beta } = operands;
  const v = values(operands.v);
  const weights = operands.weights && values(operands.weights);
  const numerator = scratch(1, x.length);
  const denominator = scratch(1, x.length);
  for (let i = 0, p = from; i < x.length; i++, p++) {
    const weight = weights ? weights[p]! : 1;
    numerator[i] = weight * numeratorEntry(beta, v[p]!, x[i]!);
    denominator[i] = weight * denominatorEntry(beta, x[i]!);
  }
  return { numerator, denominator };
}

/** Wᵀa for H, aHᵀ for W. */
function project(out: MatrixInfo, { w, h }: Divergence, a: HostMatrix, factor: Factor): HostArray {
  const multiply = "indptr" in a ? matmulSparse : matmul;
  return factor === "H"
    ? multiply(out, w, a as HostDense, { transA: true, transB: false })
    : multiply(out, a as HostDense, h, { transA: false, transB: true });
}

/** WᵀWH for H, WHHᵀ for W, from the Gram matrix of the factor that stays. */
function throughGram(out: MatrixInfo, { w, h }: Divergence, factor: Factor): HostArray {
  const rank = w.cols;
  const side = factor === "H" ? exactGram(w, "AtA") : exactGram(h, "AAt");
  const gram: HostDense = { data: side, rows: rank, cols: rank };
  const plain = { transA: false, transB: false };
  return factor === "H" ? matmul(out, gram, h, plain) : matmul(out, w, gram, plain);
}

/** Column sums of W (for H), row sums of H (for W): the denominator for β = 1 without weights. */
function partnerSums(out: MatrixInfo, { w, h }: Divergence, factor: Factor): HostArray {
  return factor === "H" ? reduce(out, "sum", w, "rows") : reduce(out, "sum", h, "cols");
}
