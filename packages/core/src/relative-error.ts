import type { Linalg } from "./linalg.js";
import { Scope } from "./matrix.js";
import type { Factors, Problem } from "./rules/index.js";

/** ½‖V − WH‖² over observed entries, weighted. */
export async function halfSquareAt(
  la: Linalg,
  problem: Problem,
  at: Factors,
  cost: number,
): Promise<number> {
  if (problem.beta === 2) return Math.max(0, cost);
  const dtype = la.supports("float64") ? "float64" : problem.V.dtype;
  const { sum, infinite } = la.divergence({ ...problem, ...at, beta: 2 }, { dtype });
  using scope = new Scope();
  const [halfSquare] = await la.scalars(scope.own(sum), scope.own(infinite));
  return Math.max(0, halfSquare!);
}

/** ‖V − WH‖ / ‖V‖; 0/0 is 0. */
export function relativeErrorOf(halfSquare: number, norm: number): number {
  const error = Math.sqrt(2 * halfSquare);
  if (error === 0) return 0;
  return norm > 0 ? error / norm : Infinity;
}

/** 1 − ‖V − WH‖² / ‖V − mean(V)‖²; where V is constant 1 if WH = V, else 0. */
export function explained(halfSquare: number, variance: number): number {
  if (variance > 0) return 1 - halfSquare / variance;
  return halfSquare === 0 ? 1 : 0;
}
