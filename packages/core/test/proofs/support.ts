import fc from "fast-check";
import type { Column, Vector } from "../../src/proofs/index.js";

/** Unit roundoff of float64. */
export const u = 2 ** -53;

/** Numbers over twelve octaves, as data have them. */
const positive = fc.double({ min: -6, max: 6, noNaN: true }).map((e) => 2 ** e);
const nonnegative = fc.oneof({ weight: 4, arbitrary: positive }, fc.constant(0));

export interface Instance extends Column {
  /** h^t > 0 */
  readonly from: Float64Array;
  /** any h ≥ 0 */
  readonly h: Float64Array;
}

const vector = (length: number, of: fc.Arbitrary<number>): fc.Arbitrary<Float64Array> =>
  fc.array(of, { minLength: length, maxLength: length }).map((x) => Float64Array.from(x));

/** v ≈ Wh with up to 7 rows and 5 components; `data` are the entries of v, W and h. */
function columns(data: fc.Arbitrary<number>): fc.Arbitrary<Instance> {
  return fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 })).chain(([m, k]) =>
    fc.record({
      v: vector(m, data),
      W: vector(m * k, data).map((w) => ({ rows: m, cols: k, data: w })),
      from: vector(k, positive),
      h: vector(k, data),
    }),
  );
}

/** Zeros in v, W and h; h^t positive. */
export const withZeros = columns(nonnegative);
/** All positive, as β ≤ 0 needs it. */
export const allPositive = columns(positive);

/** Σ x */
export const sum = (x: Vector): number => Array.from(x).reduce((a, b) => a + b, 0);

/** |a − b| in units of `bound`: at most 1 where they agree. Equal infinities agree. */
export function distance(a: number, b: number, bound: number): number {
  return a === b ? 0 : Math.abs(a - b) / bound;
}

/** The largest `distance` of two vectors, each entry with a bound of its own. */
export function farthest(a: Vector, b: Vector, bound: Vector): number {
  return Math.max(...Array.from(a, (x, p) => distance(x, b[p]!, bound[p]!)));
}

/** How far `lower` is above `upper` in units of `bound`: at most 1 where lower ≤ upper. */
export function excess(lower: number, upper: number, bound: number): number {
  if (upper === Infinity || lower <= upper) return 0;
  return (lower - upper) / bound;
}
