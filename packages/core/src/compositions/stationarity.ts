import type { StationarityOptions } from "../backend.js";
import { LARGEST } from "../dtype.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope } from "../matrix.js";

/** Σ x ∘ ∇₊ + max(x, x̄) ∘ (−∇)₊ and Σ x ∘ denominator, with x̄ = share ⊘ partner and ∇ = denominator − numerator. */
export function stationarity(
  la: Linalg,
  x: Matrix,
  numerator: Matrix,
  denominator: Matrix,
  partner: Matrix,
  { factor, share }: StationarityOptions,
): { residual: Matrix; scale: Matrix } {
  using scope = new Scope();
  const own = scope.own;
  const turned = { transA: factor === "H", transB: factor === "W" };
  const one = own(la.full(1, 1, 1, x.dtype));
  const sums = own(
    factor === "H" ? la.matmul(partner, one, turned) : la.matmul(one, partner, turned),
  );
  const empty = own(la.elementwise("lessEqual", [sums, 0]));
  const fair = own(la.div(share, own(la.elementwise("select", [empty, 1, sums]))));
  const bounded = own(la.elementwise("min", [fair, LARGEST[x.dtype]]));
  const size = own(la.max(x, own(la.elementwise("select", [empty, 0, bounded]))));

  const slope = own(la.sub(denominator, numerator));
  const shrinking = own(la.mul(x, own(la.max(slope, 0))));
  const growing = own(la.mul(size, own(la.max(own(la.sub(numerator, denominator)), 0))));
  const residual = own(la.add(shrinking, growing));
  return { residual: la.sum(residual), scale: la.sum(own(la.mul(x, denominator))) };
}
