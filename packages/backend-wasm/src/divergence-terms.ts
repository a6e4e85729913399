import type { DivergenceOperands, Factor, MatrixInfo } from "@nonneg/core";
import { NonnegError } from "@nonneg/core";
import { denseNumerator, denseTerms, type Terms, type TermsOut } from "./dense-terms.js";
import { isWide, type Handle, type Scratch, type WasmOperand } from "./handle.js";
import { gram, matmul } from "./matmul.js";
import { reduce } from "./reduce.js";
import { pad, runSparse, sampledValues, sparseSums, valuesBy } from "./sparse-matmul.js";

type Operands = DivergenceOperands<Handle>;

/** Numerator and denominator of a β-divergence step: see `Backend.divergenceTerms` for the formulas. */
export function divergenceTerms(
  scratch: Scratch,
  out: TermsOut,
  operands: Operands,
  factor: Factor,
): Terms {
  const { beta, v, weights } = operands;
  if (beta === 2 && weights === undefined) {
    return pair(
      scratch,
      () => project(scratch, out.numerator, operands, v, factor),
      () => throughGram(scratch, out.denominator, operands, factor),
    );
  }
  requireClosedForm(operands);
  if (beta === 1 && weights === undefined) {
    const numerator = v.format === "csr" ? sparseNumerator : denseNumerator;
    return pair(
      scratch,
      () => numerator(scratch, out.numerator, operands, factor),
      () => partnerSums(scratch, out.denominator, operands, factor),
    );
  }
  return v.format === "csr"
    ? sparseTerms(scratch, out, operands, factor)
    : denseTerms(scratch, out, operands, factor);
}

/** @throws NonnegError NONNEG_UNSUPPORTED where the zeros that a CSR V does not store need all of WH */
export function requireClosedForm({ beta, v, weights }: Operands): void {
  if (v.format === "csr" && weights === undefined && beta !== 1 && beta !== 2) {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `The β-divergence with β = ${beta} of a sparse V whose missing entries are zeros is not offered: ` +
        "it needs all of WH. Use β = 1 or 2, give weights, or pass V as a dense matrix.",
    );
  }
}

/** Both, or neither: the first is given back if the second fails. */
function pair(scratch: Scratch, first: () => Handle, second: () => Handle): Terms {
  const numerator = first();
  try {
    return { numerator, denominator: second() };
  } catch (error) {
    scratch.runtime.arena.free(numerator.values);
    throw error;
  }
}

/** Wᵀa for H, aHᵀ for W. */
function project(
  scratch: Scratch,
  out: MatrixInfo,
  { w, h }: Operands,
  a: WasmOperand,
  factor: Factor,
): Handle {
  return factor === "H"
    ? matmul(scratch, out, w, a, { transA: true, transB: false })
    : matmul(scratch, out, a, h, { transA: false, transB: true });
}

/** WᵀWH for H, WHHᵀ for W. */
function throughGram(
  scratch: Scratch,
  out: MatrixInfo,
  { w, h }: Operands,
  factor: Factor,
): Handle {
  const square = { ...out, rows: w.cols, cols: w.cols };
  const [partner, side] = factor === "H" ? ([w, "AtA"] as const) : ([h, "AAt"] as const);
  const middle = { ...square, handle: gram(scratch, square, partner, side) };
  try {
    const plain = { transA: false, transB: false };
    return factor === "H"
      ? matmul(scratch, out, middle, h, plain)
      : matmul(scratch, out, w, middle, plain);
  } finally {
    scratch.runtime.arena.free(middle.handle.values);
  }
}

/** Column sums of W (k×1, for H), row sums of H (1×k, for W). A vector lies the same way either way. */
function partnerSums(
  scratch: Scratch,
  out: MatrixInfo,
  { w, h }: Operands,
  factor: Factor,
): Handle {
  const [partner, axis] = factor === "H" ? ([w, "rows"] as const) : ([h, "cols"] as const);
  const sums = axis === "rows" ? { rows: 1, cols: w.cols } : { rows: w.cols, cols: 1 };
  return reduce(scratch, { ...out, ...sums }, "sum", partner, axis);
}

/** β = 1, CSR: one pass over the entries, by columns for H and by rows for W. */
function sparseNumerator(
  scratch: Scratch,
  out: MatrixInfo,
  operands: Operands,
  factor: Factor,
): Handle {
  const { v, w, h } = operands;
  const wide = isWide(out, [v, w, h]);
  const forH = factor === "H";
  const rows = pad(scratch, wide, w, false);
  const columns = pad(scratch, wide, h, true);
  const [own, other] = forH ? [columns, rows] : [rows, columns];
  const structure = v.handle.structure!;
  const index = forH ? structure.columns : structure.rows;
  const values = valuesBy(scratch, v, forH, wide);
  return sparseSums(scratch, out, wide, index, own.step, w.cols, forH, (sums) =>
    runSparse(
      scratch,
      "sparseRatios",
      index,
      [
        Number(wide),
        sums,
        index.pointers,
        index.indices,
        values,
        own.address,
        other.address,
        own.step,
      ],
      structure.nnz * w.cols * 4,
    ),
  );
}

/** CSR with weights: WH on the pattern, both ratios there, and a sparse product with each. */
function sparseTerms(scratch: Scratch, out: TermsOut, operands: Operands, factor: Factor): Terms {
  const { beta, v, w, h, weights } = operands;
  const wide = isWide(out.numerator, [v, w, h, weights!]);
  const size = wide ? 8 : 4;
  const structure = v.handle.structure!;
  const { nnz } = structure;
  const { arena } = scratch.runtime;
  const first = sampledValues(scratch, wide, w, h, structure);
  const second = arena.allocate(nnz * size, `${nnz} ratios`);
  const dtype = wide ? "float64" : "float32";
  const operand = (values: typeof first): WasmOperand => ({
    ...v,
    dtype,
    handle: { values, structure },
  });
  const [numerators, denominators] = [operand(first), operand(second)];
  try {
    const m = scratch.read(weights!, wide);
    const args = [first.offset, second.offset, scratch.read(v, wide), m];
    scratch.runtime.run("ratios", [Number(wide), beta, ...args], nnz, 8192, nnz * 2);
    return pair(
      scratch,
      () => project(scratch, out.numerator, operands, numerators, factor),
      () => project(scratch, out.denominator, operands, denominators, factor),
    );
  } finally {
    for (const { handle } of [numerators, denominators]) {
      arena.free(handle.values);
      if (handle.columnValues !== undefined) arena.free(handle.columnValues);
    }
  }
}
