import type { Dtype } from "../backend.js";
import { unitRoundoff } from "../dtype.js";
import type { Linalg } from "../linalg.js";
import type { Matrix } from "../matrix.js";
import type { Samples } from "../options.js";

/** What a start is made from. */
export interface Ground {
  readonly la: Linalg;
  /** m×n, dense or CSR, scaled so that its mean is in [½, 1), or 0 */
  readonly V: Matrix;
  readonly mean: number;
  /** k */
  readonly rank: number;
  /** which axis of V holds the samples */
  readonly samples: Samples;
  readonly seed: number;
  /** to be awaited between products of V: others get their turn */
  readonly pause: () => Promise<void>;
  /** a start that is aborted makes fewer components, or rougher ones */
  readonly signal: AbortSignal | undefined;
}

/** Component a of a start: column a of W and row a of H. */
export interface Component {
  /** m entries, nonnegative */
  readonly w: Float64Array;
  /** n entries, nonnegative */
  readonly h: Float64Array;
}

/**
 * Makes up to k components from the data; fewer where V has no more to give, such as a k above
 * its rank. Those that are missing, or zero, are drawn at random.
 */
export type Start = (ground: Ground) => Promise<readonly Component[]>;

export const norm = (vector: Float64Array): number =>
  Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));

/** The component with 0 where rounding cannot tell an entry from it. */
export function significant({ w, h }: Component, dtype: Dtype): Component {
  const clean = (vector: Float64Array) => {
    const largest = vector.reduce((most, x) => Math.max(most, x), 0);
    const noise = Math.sqrt(unitRoundoff(dtype)) * largest;
    return vector.map((x) => (x > noise ? x : 0));
  };
  return { w: clean(w), h: clean(h) };
}
