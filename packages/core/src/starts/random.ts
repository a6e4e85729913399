import type { Dtype, Factor } from "../backend.js";
import type { HostDense } from "../host-matrix.js";
import { uniform } from "../random.js";

/** Streams of random numbers, one for each use: what one start draws does not depend on another. */
export const STREAM = { W: 0, H: 1, sketch: 2, fillW: 3, fillH: 4, centroids: 5 } as const;

/** rows×cols of `entry(i, j)`, computed in float64 and rounded once. */
export function build(
  rows: number,
  cols: number,
  dtype: Dtype,
  entry: (i: number, j: number) => number,
): HostDense {
  const size = rows * cols;
  const data = dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] = entry(i, j);
  }
  return { rows, cols, data };
}

/** A factor of independent uniform entries of the given mean. Entry (i, j) depends on (seed, factor, i, j) alone. */
export function randomFactor(
  factor: Factor,
  { rows, cols }: { rows: number; cols: number },
  mean: number,
  seed: number,
  dtype: Dtype,
): HostDense {
  return build(rows, cols, dtype, (i, j) => 2 * mean * uniform(seed, STREAM[factor], i, j));
}

interface RandomStart {
  readonly rows: number;
  readonly cols: number;
  readonly rank: number;
  /** mean of V, so that the mean of WH starts there */
  readonly mean: number;
  readonly seed: number;
  readonly dtype: Dtype;
  /** factors that are given; the other is drawn */
  readonly given: { readonly W?: HostDense | undefined; readonly H?: HostDense | undefined };
  /** the given factor that is held: the other starts constant, since the problem left is convex */
  readonly hold?: Factor | undefined;
}

/**
 * W m×k and H k×n to start from: those given, the others random with E[mean(WH)] = mean(V).
 * With a factor held the other starts constant, so that what `transform` makes of a sample does
 * not depend on its place among the others.
 */
export function randomStart({ rows, cols, rank, mean, seed, dtype, given, hold }: RandomStart): {
  W: HostDense;
  H: HostDense;
} {
  const shapes = { W: { rows, cols: rank }, H: { rows: rank, cols } };
  const draw = (factor: Factor, partner: HostDense | undefined): HostDense => {
    const partnerMean = partner && mean > 0 ? meanOf(partner) : 0;
    const level = partnerMean > 0 ? mean / (rank * partnerMean) : Math.sqrt(mean / rank);
    const shape = shapes[factor];
    return hold
      ? build(shape.rows, shape.cols, dtype, () => level)
      : randomFactor(factor, shape, level, seed, dtype);
  };
  return { W: given.W ?? draw("W", given.H), H: given.H ?? draw("H", given.W) };
}

function meanOf({ data }: HostDense): number {
  let sum = 0;
  for (const value of data) sum += value;
  return sum / data.length;
}
