/** Matrices with a known structure, drawn by the library's own counter-based generator. */
import { uniform } from "@nonneg/core";
import type { HostDense } from "../src/index.js";

/** rows×cols, uniform in (0, 1). */
export const random = (rows: number, cols: number, stream: number): HostDense => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, (_, p) => uniform(7, stream, p, 0)),
});

export function product(W: HostDense, H: HostDense): HostDense {
  const data = new Float64Array(W.rows * H.cols);
  for (let i = 0; i < W.rows; i++)
    for (let a = 0; a < H.rows; a++)
      for (let j = 0; j < H.cols; j++)
        data[i * H.cols + j]! += W.data[i * W.cols + a]! * H.data[a * H.cols + j]!;
  return { rows: W.rows, cols: H.cols, data };
}

export const times = ({ rows, cols, data }: HostDense, c: number): HostDense => ({
  rows,
  cols,
  data: data.map((x) => c * x),
});

export const float32 = ({ rows, cols, data }: HostDense): HostDense => ({
  rows,
  cols,
  data: Float32Array.from(data),
});

/** ‖A − B‖ / ‖A‖ over the entries that `where` picks, in float64. */
export function difference(A: HostDense, B: HostDense, where = (_: number) => true): number {
  let [error, norm] = [0, 0];
  A.data.forEach((a: number, p: number) => {
    if (!where(p)) return;
    error += (a - B.data[p]!) ** 2;
    norm += a * a;
  });
  return Math.sqrt(error / norm);
}
