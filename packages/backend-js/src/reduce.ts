import type {
  Axis,
  HostArray,
  HostDense,
  HostMatrix,
  HostSparse,
  MatrixInfo,
  ReduceOp,
} from "@nonneg/core";
import { allocate, rounded, scratch } from "./allocate.js";
import { pairwiseSum } from "./pairwise.js";

/** Sum (dense or CSR), minimum or maximum (dense) along an axis; float64 inside, rounded once. */
export function reduce(out: MatrixInfo, op: ReduceOp, a: HostMatrix, axis: Axis): HostArray {
  if (op !== "sum") return extremum(out, op === "min" ? Math.min : Math.max, a as HostDense, axis);
  if (axis === "rows") return rounded(out, "indptr" in a ? sparseColumnSums(a) : columnSums(a));
  const result = allocate(out);
  const values = "indptr" in a ? a.values : a.data;
  if (axis === "all") {
    result[0] = pairwiseSum(values);
    return result;
  }
  const start = (i: number) => ("indptr" in a ? a.indptr[i]! : i * a.cols);
  for (let i = 0; i < a.rows; i++) result[i] = pairwiseSum(values, start(i), start(i + 1));
  return result;
}

/** Rows that are added one after the other; more are halved. */
const RUN = 8;

/** The sums of the columns, pairwise over the rows, whole rows at a time to walk memory in order. */
export function columnSums({ data, rows, cols }: HostDense): Float64Array {
  const levels: Float64Array[] = [];
  const sumRows = (from: number, to: number, level: number): Float64Array => {
    if (to - from > RUN) {
      const middle = Math.ceil((from + to) / 2);
      const sums = sumRows(from, middle, level);
      const others = sumRows(middle, to, level + 1);
      for (let j = 0; j < cols; j++) sums[j]! += others[j]!;
      return sums;
    }
    const sums = (levels[level] ??= scratch(1, cols)).fill(0);
    for (let i = from; i < to; i++) {
      for (let j = 0, p = i * cols; j < cols; j++, p++) sums[j]! += data[p]!;
    }
    return sums;
  };
  return sumRows(0, rows, 0);
}

/**
 * The sums of the columns of a CSR matrix. Its rows come in order and touch few columns each, so
 * the sums are compensated instead of pairwise (Knuth's TwoSum): their error does not grow with n.
 */
function sparseColumnSums({ cols, indices, values }: HostSparse): Float64Array {
  const sums = scratch(1, cols);
  const lost = scratch(1, cols);
  for (let p = 0; p < values.length; p++) {
    const j = indices[p]!;
    const before = sums[j]!;
    const value = values[p]!;
    const after = before + value;
    const added = after - before;
    sums[j] = after;
    lost[j]! += before - (after - added) + (value - added);
  }
  // An overflow stays the infinity that it is: what it lost is no number.
  for (let j = 0; j < cols; j++) if (Number.isFinite(sums[j])) sums[j]! += lost[j]!;
  return sums;
}

function extremum(
  out: MatrixInfo,
  better: (x: number, y: number) => number,
  { data, rows, cols }: HostDense,
  axis: Axis,
): HostArray {
  const best = allocate(out).fill(better === Math.min ? Infinity : -Infinity);
  const rowStep = axis === "cols" ? 1 : 0;
  const colStep = axis === "rows" ? 1 : 0;
  for (let i = 0, p = 0; i < rows; i++) {
    for (let j = 0, to = i * rowStep; j < cols; j++, p++, to += colStep) {
      best[to] = better(best[to]!, data[p]!);
    }
  }
  return best;
}
