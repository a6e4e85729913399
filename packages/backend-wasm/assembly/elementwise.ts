import { lanes, splatAt, storeFirst, VECTOR } from "./simd";
import {
  Abs, Add, Div, Each, Equal, Exp, Expm1, LessEqual, Log,
  Log1p, Max, Min, Mul, Pow, Select, PowerStep, RootStep, Sqrt, Step, Sub,
} from "./ops";

/*
 * An operand is (address, bytes from row to row, bytes from vector to vector): 0 where it repeats
 * along that dimension. What repeats along the columns is spread into a vector in scratch at the
 * start of each row, so that there is one inner loop for every kind of operand.
 */

function loop<T, Op>(
  out: usize, cols: usize, total: usize,
  a: usize, aRow: usize, aStep: usize,
  b: usize, bRow: usize, bStep: usize,
  c: usize, cRow: usize, cStep: usize, p: f64,
  begin: usize, end: usize, scratch: usize,
): void {
  const size = sizeof<T>();
  const L = lanes<T>();
  const f = changetype<Op>(0);
  for (let r = begin; r < end; r++) {
    let x = a + r * aRow;
    let y = b + r * bRow;
    let z = c + r * cRow;
    if (aStep == 0) {
      v128.store(scratch, splatAt<T>(x));
      x = scratch;
    }
    if (bStep == 0) {
      v128.store(scratch, splatAt<T>(y), VECTOR);
      y = scratch + VECTOR;
    }
    if (cStep == 0) {
      v128.store(scratch, splatAt<T>(z), 2 * VECTOR);
      z = scratch + 2 * VECTOR;
    }
    const first = r * cols;
    const n = min(cols, total - first);
    let to = out + first * size;
    for (let j: usize = 0; j < n; j += L) {
      // @ts-ignore: Op has `apply`
      const v = f.apply<T>(v128.load(x), v128.load(y), v128.load(z), p);
      if (j + L <= n) v128.store(to, v);
      else storeFirst<T>(to, v, n - j);
      to += VECTOR;
      x += aStep;
      y += bStep;
      z += cStep;
    }
  }
}

function dispatch<T>(
  op: i32, out: usize, cols: usize, total: usize,
  a: usize, aRow: usize, aStep: usize,
  b: usize, bRow: usize, bStep: usize,
  c: usize, cRow: usize, cStep: usize, p: f64,
  begin: usize, end: usize, scratch: usize,
): void {
  switch (op) {
    case 0: return loop<T, Add>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 1: return loop<T, Sub>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 2: return loop<T, Mul>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 3: return loop<T, Div>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 4: return loop<T, Min>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 5: return loop<T, Max>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 6: return loop<T, Each<Pow>>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 7: return loop<T, LessEqual>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 8: return loop<T, Equal>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 9: return loop<T, Sqrt>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 10: return loop<T, Abs>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 11: return loop<T, Each<Exp>>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 12: return loop<T, Each<Log>>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 13: return loop<T, Each<Log1p>>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 14: return loop<T, Each<Expm1>>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 16: return loop<T, Step>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 17: return loop<T, RootStep>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 18: return loop<T, PowerStep>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
    case 15: return loop<T, Select>(out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
  }
}

/**
 * out = op of the operands, rows begin … end of `cols` entries; `total` bounds the last row, so
 * that one long row can be handed over as several. `op` is the place in `elementwiseOps` (kernels.ts).
 */
export function elementwise(
  wide: bool, op: i32, out: usize, cols: usize, total: usize,
  a: usize, aRow: usize, aStep: usize,
  b: usize, bRow: usize, bStep: usize,
  c: usize, cRow: usize, cStep: usize, p: f64,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) dispatch<f64>(op, out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
  else dispatch<f32>(op, out, cols, total, a, aRow, aStep, b, bRow, bStep, c, cRow, cStep, p, begin, end, scratch);
}
