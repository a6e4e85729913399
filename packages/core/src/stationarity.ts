import type { Factor } from "./backend.js";
import type { Linalg } from "./linalg.js";
import { gradientTerms } from "./gradient.js";
import { type Matrix, Scope, type Terms } from "./matrix.js";
import type { Factors, Problem } from "./rules/rule.js";

/**
 * The two sums of the KKT residual of one factor (1×1 each, still on the backend), from the gradient
 * split ∇ = P − N (P the denominator of the multiplicative step, N its numerator). For H:
 *
 *   [Σ h (P−N)₊ + Σ max(h, h̄_a) (N−P)₊] / Σ h P,   h̄_a = mean(V) / (k · mean(W_·a)),
 *
 * h̄_a the size that row a of H would have if every component carried its share of V, 0 where W_·a
 * is 0. The first sum is h ∘ ∇ where the gradient would shrink h; the second shows where it would
 * grow, at a locked zero too. 0/0 is 0, x/0 is ∞. Unchanged under V → cV and under rescaling of
 * components.
 * @param at the point at which `terms` were taken
 * @param mean of V
 * @param frozen 1 for the components that may not move: they have no residual
 */
export function stationarity(
  la: Linalg,
  terms: Terms,
  at: Factors,
  factor: Factor,
  mean: number,
  frozen?: Matrix,
): readonly [Matrix, Matrix] {
  using scope = new Scope();
  const { W, H } = at;
  const [partner, length] =
    factor === "H" ? [la.sum(W, "rows"), W.rows] : [la.sum(H, "cols"), H.cols];
  scope.own(partner);
  const share = (mean / W.cols) * length;
  const free = (a: Matrix) => (frozen ? scope.own(la.elementwise("select", [frozen, 0, a])) : a);
  const sums = la.stationarity(
    at[factor],
    free(terms.numerator),
    free(terms.denominator),
    partner,
    { factor, share },
  );
  return [sums.residual, sums.scale];
}

/** The largest residual of the downloaded parts of one or two factors. */
export function residualOf(parts: readonly number[]): number {
  let largest = 0;
  for (let p = 0; p + 1 < parts.length; p += 2) {
    const residual = parts[p]!;
    const scale = parts[p + 1]!;
    if (residual !== 0) largest = Math.max(largest, scale > 0 ? residual / scale : Infinity);
  }
  return largest;
}

/** The KKT residual at a point, the larger of the factors that may move. */
export async function residualAt(
  la: Linalg,
  problem: Problem,
  at: Factors,
  moved: readonly Factor[],
  mean: number,
): Promise<number> {
  using scope = new Scope();
  const parts = moved.flatMap((factor) => {
    using terms = gradientTerms(la, problem, at, factor);
    const frozen = problem.frozen?.[factor];
    return stationarity(la, terms, at, factor, mean, frozen).map(scope.own);
  });
  return residualOf(await la.scalars(...parts));
}
