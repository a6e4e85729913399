import { transposeInto } from "./panel";

/** out[begin … end) = a[begin … end), f32 to f64 or (not `widen`) f64 to f32. */
export function convert(widen: bool, out: usize, a: usize, begin: usize, end: usize, scratch: usize): void {
  if (widen) {
    for (let i = begin; i < end; i++) store<f64>(out + i * 8, load<f32>(a + i * 4) as f64);
  } else {
    for (let i = begin; i < end; i++) store<f32>(out + i * 4, load<f64>(a + i * 8) as f32);
  }
}

function rowsOf<T>(
  out: usize, outCols: usize, outStep: usize,
  a: usize, aStep: usize, transposed: bool,
  begin: usize, end: usize,
): void {
  const size = sizeof<T>();
  if (transposed) {
    transposeInto<T>(outCols, end - begin, a + begin * size, aStep, out + begin * outStep, outStep);
  } else {
    for (let i = begin; i < end; i++) memory.copy(out + i * outStep, a + i * aStep, outCols * size);
  }
  const used = outCols * size;
  for (let i = begin; i < end; i++) memory.fill(out + i * outStep + used, 0, outStep - used);
}

/**
 * Rows begin … end of `out` (outStep bytes each, whole vectors, zeros past outCols entries) from
 * the row-major `a`, or (transposed) from its columns: what a row gathered by a sparse kernel is read from.
 */
export function padRows(
  wide: bool, out: usize, outCols: usize, outStep: usize,
  a: usize, aStep: usize, transposed: bool,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) rowsOf<f64>(out, outCols, outStep, a, aStep, transposed, begin, end);
  else rowsOf<f32>(out, outCols, outStep, a, aStep, transposed, begin, end);
}

/** The way back: rows begin … end of `padded` to rows, or (transposed) to columns, of `out` with outStep bytes a row. */
export function unpadRows(
  wide: bool, out: usize, outStep: usize, transposed: bool,
  padded: usize, cols: usize, paddedStep: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  const size: usize = wide ? 8 : 4;
  const from = padded + begin * paddedStep;
  if (!transposed) {
    for (let i = begin; i < end; i++) memory.copy(out + i * outStep, padded + i * paddedStep, cols * size);
  } else if (wide) {
    transposeInto<f64>(end - begin, cols, from, paddedStep, out + begin * size, outStep);
  } else {
    transposeInto<f32>(end - begin, cols, from, paddedStep, out + begin * size, outStep);
  }
}
