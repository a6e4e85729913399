import type { ElementwiseOp, HostArray, HostDense, MatrixInfo } from "@nonneg/core";
import { allocate } from "./allocate.js";

/** y[i … end−1], each from the entries of a, b and c at p, q and r, which advance by da, db and dc. */
type Loop = (
  y: HostArray,
  i: number,
  end: number,
  a: HostArray,
  p: number,
  da: number,
  b: HostArray,
  q: number,
  db: number,
  c: HostArray,
  r: number,
  dc: number,
) => void;

/**
 * One loop for each op, and not one loop that calls an op: an engine inlines a function into a loop
 * only while the loop has met no other. All compute in float64; the store rounds once.
 */
const loops: Record<ElementwiseOp, Loop> = {
  sqrt(y, i, end, a, p, da) {
    for (; i < end; i++, p += da) y[i] = Math.sqrt(a[p]!);
  },
  abs(y, i, end, a, p, da) {
    for (; i < end; i++, p += da) y[i] = Math.abs(a[p]!);
  },
  exp(y, i, end, a, p, da) {
    for (; i < end; i++, p += da) y[i] = Math.exp(a[p]!);
  },
  log(y, i, end, a, p, da) {
    for (; i < end; i++, p += da) y[i] = Math.log(a[p]!);
  },
  log1p(y, i, end, a, p, da) {
    for (; i < end; i++, p += da) y[i] = Math.log1p(a[p]!);
  },
  expm1(y, i, end, a, p, da) {
    for (; i < end; i++, p += da) y[i] = Math.expm1(a[p]!);
  },
  add(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = a[p]! + b[q]!;
  },
  sub(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = a[p]! - b[q]!;
  },
  mul(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = a[p]! * b[q]!;
  },
  div(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = a[p]! / b[q]!;
  },
  min(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = Math.min(a[p]!, b[q]!);
  },
  max(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = Math.max(a[p]!, b[q]!);
  },
  pow(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = a[p]! ** b[q]!;
  },
  lessEqual(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = a[p]! <= b[q]! ? 1 : 0;
  },
  equal(y, i, end, a, p, da, b, q, db) {
    for (; i < end; i++, p += da, q += db) y[i] = a[p]! === b[q]! ? 1 : 0;
  },
  select(y, i, end, a, p, da, b, q, db, c, r, dc) {
    for (; i < end; i++, p += da, q += db, r += dc) y[i] = a[p] !== 0 ? b[q]! : c[r]!;
  },
};

/** An operand and how far its next row and its next column are; 0 repeats it along that dimension. */
export interface Repeated {
  readonly data: HostArray;
  readonly rowStep: number;
  readonly colStep: number;
}

export function repeated(operand: HostDense | number): Repeated {
  if (typeof operand === "number") {
    return { data: Float64Array.of(operand), rowStep: 0, colStep: 0 };
  }
  const { data, rows, cols } = operand;
  return { data, rowStep: rows === 1 ? 0 : cols, colStep: cols === 1 ? 0 : 1 };
}

/** The op on each entry of an out.rows × out.cols matrix, dense operands and numbers repeated to that shape. */
export function elementwise(
  out: MatrixInfo,
  op: ElementwiseOp,
  operands: readonly (HostDense | number)[],
): HostArray {
  const { rows, cols } = out;
  const result = allocate(out);
  const loop = loops[op];
  const given = operands.map(repeated);
  const a = given[0]!;
  const b = given[1] ?? a;
  const c = given[2] ?? a;

  const [da, db, dc] = [a, b, c].map((operand) => flatStep(operand, rows, cols));
  if (da !== undefined && db !== undefined && dc !== undefined) {
    loop(result, 0, result.length, a.data, 0, da, b.data, 0, db, c.data, 0, dc);
    return result;
  }
  for (let i = 0; i < rows; i++) {
    const start = i * cols;
    const [p, q, r] = [i * a.rowStep, i * b.rowStep, i * c.rowStep];
    // prettier-ignore
    loop(result, start, start + cols, a.data, p, a.colStep, b.data, q, b.colStep, c.data, r, c.colStep);
  }
  return result;
}

/** The one step that walks the operand along the whole row-major output, where there is one. */
function flatStep({ rowStep, colStep }: Repeated, rows: number, cols: number): number | undefined {
  if (rows === 1) return colStep;
  if (cols === 1) return rowStep;
  return rowStep === cols * colStep ? colStep : undefined;
}
