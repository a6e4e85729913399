import type { CoordinateSweepOptions, HostDense } from "@nonneg/core";
import { gamma } from "../bounds.js";
import { type Precision, U64 } from "../precision.js";
import type { Approximate } from "../sample.js";

/**
 * One sweep of HALS in float64, with a bound that runs along (Higham, section 3.3): the step on a
 * component carries the errors of those already moved, and adds its own roundings. What the component
 * itself was wrong by cancels, for it minimises along it.
 */
export function coordinateSweep(
  x: HostDense,
  gram: HostDense,
  cross: HostDense,
  { factor, l1, l2 }: CoordinateSweepOptions,
  { u, tiny }: Precision,
  divUlps: number,
): Approximate {
  const { rows, cols } = x;
  const rank = gram.rows;
  const values = Float64Array.from(x.data);
  const bound = new Float64Array(values.length);
  const vectors = factor === "H" ? cols : rows;
  const at = (a: number, j: number) => (factor === "H" ? a * cols + j : j * cols + a);
  const roundings = gamma(rank + 8, u) + gamma(rank + 8, U64);
  for (let a = 0; a < rank; a++) {
    const curvature = gram.data[a * rank + a]! + l2;
    if (curvature === 0) continue;
    for (let j = 0; j < vectors; j++) {
      let model = 0;
      let magnitude = 0;
      let carried = 0;
      for (let b = 0; b < rank; b++) {
        const g = gram.data[a * rank + b]!;
        model += g * values[at(b, j)]!;
        magnitude += Math.abs(g * values[at(b, j)]!) + Math.abs(g) * bound[at(b, j)]!;
        if (b !== a) carried += Math.abs(g) * bound[at(b, j)]!;
      }
      const old = values[at(a, j)]!;
      const c = cross.data[at(a, j)]!;
      const step = (c - l1 - model - l2 * old) / curvature;
      const sizes = Math.abs(c) + l1 + magnitude + l2 * Math.abs(old);
      const moved = Math.max(0, old + step);
      values[at(a, j)] = moved;
      bound[at(a, j)] =
        (carried + roundings * sizes + (rank + 3) * tiny) / curvature +
        divUlps * u * Math.abs(step) +
        2 * u * (Math.abs(old) + moved) +
        tiny;
    }
  }
  return { rows, cols, values, bound };
}
