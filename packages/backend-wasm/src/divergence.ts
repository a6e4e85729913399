import type { DivergenceOperands, MatrixInfo } from "@nonneg/core";
import { packB } from "./dense-terms.js";
import { requireClosedForm } from "./divergence-terms.js";
import { isWide, type Handle, type Scratch } from "./handle.js";
import { gram } from "./matmul.js";
import { columnTotals, reduce, scalar, sumOf } from "./reduce.js";
import { sampledValues } from "./sparse-matmul.js";

type Operands = DivergenceOperands<Handle>;

/** Rows of WH that a chunk forms at once: BLOCK of assembly/dense-loss.ts. */
const blockRows = 64;
/** Entries summed one pair after the other; their sums are then added pairwise. */
const piece = 256;

/**
 * D_β(V‖WH) over its finite entries, and how many are infinite. WH in the precision of the result
 * (float64 where V is CSR), and with it d_β of an entry where β is 1 or 2; everything behind it in float64.
 */
export function divergence(
  scratch: Scratch,
  out: { readonly sum: MatrixInfo; readonly infinite: MatrixInfo },
  operands: Operands,
): { sum: Handle; infinite: Handle } {
  requireClosedForm(operands);
  const { sum, infinite } =
    operands.v.format === "csr" ? sparse(scratch, operands) : dense(scratch, operands, out.sum);
  const first = scalar(scratch, out.sum, sum);
  try {
    return { sum: first, infinite: scalar(scratch, out.infinite, infinite) };
  } catch (error) {
    scratch.runtime.arena.free(first.values);
    throw error;
  }
}

interface Total {
  readonly sum: number;
  readonly infinite: number;
}

function dense(scratch: Scratch, { beta, v, w, h, weights }: Operands, out: MatrixInfo): Total {
  const data = weights === undefined ? [v] : [v, weights];
  // V and M are read as they are: a widened copy would be the largest thing in memory
  const wideV = data.some((operand) => operand.dtype === "float64");
  const wide = wideV || isWide(out, [w, h]);
  const [m, n, k] = [v.rows, v.cols, w.cols];
  const panels = packB(scratch, wide, scratch.read(h, wide), n * (wide ? 8 : 4), false, k, n);
  const blocks = Math.ceil(m / blockRows);
  const partial = scratch.take(blocks * 16);
  scratch.runtime.run(
    "denseLoss",
    [
      Number(wide),
      Number(wideV),
      partial,
      beta,
      scratch.read(v, wideV),
      weights === undefined ? 0 : scratch.read(weights, wideV),
      scratch.read(w, wide),
      panels,
      m,
      n,
      k,
    ],
    blocks,
    1,
    m * n * (k / 8 + 5),
  );
  const [sum = 0, infinite = 0] = columnTotals(scratch, partial, blocks, 2);
  return { sum, infinite };
}

function sparse(scratch: Scratch, operands: Operands): Total {
  const { beta, v, w, h, weights } = operands;
  const structure = v.handle.structure!;
  const { nnz } = structure;
  const wide = isWide(v, weights === undefined ? [v] : [v, weights]);
  const { runtime } = scratch;
  const x = sampledValues(scratch, true, w, h, structure);
  try {
    const pieces = Math.ceil(nnz / piece);
    const partial = scratch.take(pieces * 32);
    const m = weights === undefined ? 0 : scratch.read(weights, wide);
    const args = [Number(wide), partial, beta, scratch.read(v, wide), x.offset, m, piece, nnz];
    runtime.run("sparseLoss", args, pieces, 32, nnz * 5);
    const [sum = 0, infinite = 0, stored = 0, squares = 0] = columnTotals(
      scratch,
      partial,
      pieces,
      4,
    );
    if (weights !== undefined) return { sum, infinite };
    // Σ x^β/β off the pattern: what all of WH sums to, less the stored part. Never negative but by rounding.
    const power = beta === 1 ? stored : squares;
    return { sum: sum + Math.max(0, everywhere(scratch, operands) - power) / beta, infinite };
  } finally {
    runtime.arena.free(x);
  }
}

/** Σ (WH)^β over all entries for β = 1 and 2, from column sums or Gram matrices in float64. */
function everywhere(scratch: Scratch, { beta, w, h }: Operands): number {
  const { arena, memory } = scratch.runtime;
  const k = w.cols;
  const info = (rows: number, cols: number): MatrixInfo => ({
    rows,
    cols,
    dtype: "float64",
    format: "dense",
  });
  const [left, right] =
    beta === 1
      ? [
          reduce(scratch, info(1, k), "sum", w, "rows"),
          reduce(scratch, info(k, 1), "sum", h, "cols"),
        ]
      : [gram(scratch, info(k, k), w, "AtA"), gram(scratch, info(k, k), h, "AAt")];
  const count = beta === 1 ? k : k * k;
  const a = new Float64Array(memory.buffer, left.values.offset, count);
  const b = new Float64Array(memory.buffer, right.values.offset, count);
  const products = scratch.take(count * 8);
  new Float64Array(memory.buffer, products, count).set(a.map((entry, i) => entry * b[i]!));
  arena.free(left.values);
  arena.free(right.values);
  return sumOf(scratch, 0, products, count, true);
}
