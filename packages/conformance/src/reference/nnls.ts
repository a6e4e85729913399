import type { HostArray, HostDense } from "@nonneg/core";
import type { Precision } from "../precision.js";

/** How far a claimed solution of min ½ xᵀGx − cᵀx, x ≥ 0, is from being one, each beside what rounding allows. */
export interface Optimality {
  /** smallest entry of x: none may be negative */
  readonly least: number;
  /** largest violation of Gx − c ≥ 0 and x ∘ (Gx − c) = 0, over its bound */
  readonly violation: number;
  /** how much the value is above that of the start, over its bound */
  readonly rise: number;
}

/**
 * The conditions of Karush, Kuhn and Tucker, which a convex problem's minimisers alone fulfil, column
 * by column in float64. Bound: a Cholesky solve is backward stable, |ΔG| ≤ γ |Rᵀ||R|, so that the
 * gradient is off by at most a few k² u (‖G‖‖x‖ + ‖c‖) (Higham, theorems 10.3 and 10.4).
 */
export function optimality(
  gram: HostDense,
  cross: HostDense,
  start: HostDense,
  solution: HostArray,
  factor: "W" | "H",
  { u }: Precision,
): Optimality {
  const k = gram.rows;
  const vectors = factor === "H" ? cross.cols : cross.rows;
  const at = (a: number, j: number) => (factor === "H" ? a * vectors + j : j * k + a);
  let [least, violation, rise] = [Infinity, 0, 0];
  for (let j = 0; j < vectors; j++) {
    const column = (data: HostArray) => Array.from({ length: k }, (_, a) => data[at(a, j)]!);
    const [x, c, old] = [column(solution), column(cross.data), column(start.data)];
    const bound = 4 * (k + 2) ** 2 * u * (norm(gram.data) * norm(x) + norm(c));
    const gradient = times(gram, x).map((value, a) => value - c[a]!);
    const size = Math.max(...x);
    x.forEach((value, a) => {
      least = Math.min(least, value);
      const wrong = Math.max(-gradient[a]!, (value / (size || 1)) * gradient[a]!);
      violation = Math.max(violation, wrong === 0 ? 0 : wrong / bound);
    });
    const value = (y: readonly number[]) =>
      times(gram, y).reduce((sum, g, a) => sum + y[a]! * (g / 2 - c[a]!), 0);
    const above = value(x) - value(old);
    if (above > 0) rise = Math.max(rise, above / (bound * (norm(x) + norm(old))));
  }
  return { least, violation, rise };
}

export function norm(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

function times(gram: HostDense, x: readonly number[]): number[] {
  return x.map((_, a) =>
    x.reduce((sum, value, b) => sum + gram.data[a * gram.cols + b]! * value, 0),
  );
}
