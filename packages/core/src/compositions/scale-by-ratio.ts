import { LARGEST } from "../dtype.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope } from "../matrix.js";

/**
 * x ∘ (numerator ⊘ denominator)^exponent, and x where the denominator is 0 or the result is not
 * finite. The guards are selects on finite numbers: nothing relies on what x / 0 gives.
 */
export function scaleByRatio(
  la: Linalg,
  x: Matrix,
  numerator: Matrix,
  denominator: Matrix,
  exponent: number,
): Matrix {
  using scope = new Scope();
  const own = scope.own;
  const empty = own(la.elementwise("lessEqual", [denominator, 0]));
  const ratio = own(la.div(numerator, own(la.elementwise("select", [empty, 1, denominator]))));
  const factor = exponent === 1 ? ratio : own(la.elementwise("pow", [ratio, exponent]));
  const moved = own(la.mul(x, factor));
  const finite = own(la.elementwise("lessEqual", [moved, LARGEST[x.dtype]]));
  const kept = own(la.elementwise("select", [finite, moved, x]));
  return la.elementwise("select", [empty, x, kept]);
}
