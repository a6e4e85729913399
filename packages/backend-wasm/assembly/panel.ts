import { lanes, VECTOR } from "./simd";
import { tileCols } from "./tile";

/** Transposes a block of lanes × lanes entries; steps in bytes. */
// @ts-ignore: decorator
@inline
export function transposeBlock<T>(from: usize, fromStep: usize, to: usize, toStep: usize): void {
  if (sizeof<T>() == 8) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + fromStep);
    v128.store(to, v128.shuffle<i64>(r0, r1, 0, 2));
    v128.store(to + toStep, v128.shuffle<i64>(r0, r1, 1, 3));
    return;
  }
  const r0 = v128.load(from);
  const r1 = v128.load((from += fromStep));
  const r2 = v128.load((from += fromStep));
  const r3 = v128.load(from + fromStep);
  const p0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const p1 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const p2 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const p3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(p0, p1, 0, 2));
  v128.store((to += toStep), v128.shuffle<i64>(p0, p1, 1, 3));
  v128.store((to += toStep), v128.shuffle<i64>(p2, p3, 0, 2));
  v128.store(to + toStep, v128.shuffle<i64>(p2, p3, 1, 3));
}

/**
 * Packs B (depth × cols) into panels of two vectors' width: panel q holds columns q·width … for
 * every p in turn, zeros past the last column. `b` is row-major with `bStep` bytes a row, or
 * (transposed) the row-major cols × depth matrix.
 */
export function packPanels<T>(
  depth: usize,
  cols: usize,
  b: usize,
  bStep: usize,
  transposed: bool,
  to: usize,
): void {
  const L = lanes<T>();
  const width = tileCols<T>();
  const size = sizeof<T>();
  for (let j: usize = 0; j < cols; j += width) {
    const n = min(width, cols - j);
    const panel = to + j * depth * size;
    if (!transposed) {
      let row = b + j * size;
      if (n == width) {
        for (let p: usize = 0; p < depth; p++, row += bStep) {
          const at = panel + p * 2 * VECTOR;
          v128.store(at, v128.load(row));
          v128.store(at, v128.load(row, VECTOR), VECTOR);
        }
      } else {
        for (let p: usize = 0; p < depth; p++, row += bStep) {
          const at = panel + p * 2 * VECTOR;
          for (let q: usize = 0; q < width; q++) {
            store<T>(at + q * size, q < n ? load<T>(row + q * size) : (0 as T));
          }
        }
      }
      continue;
    }
    let p: usize = 0;
    if (n == width) {
      const row = b + j * bStep;
      for (; p + L <= depth; p += L) {
        const at = panel + p * 2 * VECTOR;
        transposeBlock<T>(row + p * size, bStep, at, 2 * VECTOR);
        transposeBlock<T>(row + L * bStep + p * size, bStep, at + VECTOR, 2 * VECTOR);
      }
    }
    for (; p < depth; p++) {
      const at = panel + p * 2 * VECTOR;
      for (let q: usize = 0; q < width; q++) {
        store<T>(at + q * size, q < n ? load<T>(b + (j + q) * bStep + p * size) : (0 as T));
      }
    }
  }
}

/** out (cols × rows, `toStep` bytes a row) = the transpose of a block (rows × cols). */
export function transposeInto<T>(
  rows: usize,
  cols: usize,
  from: usize,
  fromStep: usize,
  to: usize,
  toStep: usize,
): void {
  const L = lanes<T>();
  const size = sizeof<T>();
  let i: usize = 0;
  for (; i + L <= rows; i += L) {
    let j: usize = 0;
    for (; j + L <= cols; j += L) {
      transposeBlock<T>(from + i * fromStep + j * size, fromStep, to + j * toStep + i * size, toStep);
    }
    for (; j < cols; j++) {
      for (let q: usize = 0; q < L; q++) {
        store<T>(to + j * toStep + (i + q) * size, load<T>(from + (i + q) * fromStep + j * size));
      }
    }
  }
  for (; i < rows; i++) {
    for (let j: usize = 0; j < cols; j++) {
      store<T>(to + j * toStep + i * size, load<T>(from + i * fromStep + j * size));
    }
  }
}
