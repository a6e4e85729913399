import type { Factor } from "./backend.js";
import type { Linalg } from "./linalg.js";
import { gradientTerms } from "./gradient.js";
import { type Matrix, Scope, type Terms } from "./matrix.js";
import type { Factors, Problem } from "./rules/rule.js";

/**
 * The KKT residual of one factor, from the gradient split ∇ = P − N (P the denominator of the
 * multiplicative step, N its numerator). For H:
 *
 *   [Σ h (P−N)₊ + Σ max(h, h̄_a) (N−P)₊] / Σ h P,   h̄_a = mean(V) / (k · mean(W_·a)),
 *
 * h̄_a the size that row a of H would have if every component carried its share of V, 0 where W_·a
 * is 0. The first sum is h ∘ ∇ where the gradient would shrink h; the second shows where it would
 * grow, at a locked zero too. 0/0 is 0, x/0 is ∞. Unchanged under V → cV and under rescaling of
 * components.
 */
export class Stationarity implements Disposable {
  /** the two sums, 1×1 each, still on the backend */
  readonly parts: readonly [Matrix, Matrix];

  /**
   * @param at the point at which `terms` were taken
   * @param mean of V
   * @param frozen 1 for the components that may not move: they have no residual
   */
  constructor(
    la: Linalg,
    terms: Terms,
    at: Factors,
    factor: Factor,
    mean: number,
    frozen?: Matrix,
  ) {
    using scope = new Scope();
    const own = scope.own;
    const x = at[factor];
    const { numerator, denominator } = terms;
    const slope = own(la.sub(denominator, numerator));
    const shrinking = own(la.max(slope, 0));
    const growing = own(la.max(own(la.mul(-1, slope)), 0));
    const size = own(la.max(x, own(fairShare(la, at, factor, mean))));
    const residual = own(la.add(own(la.mul(x, shrinking)), own(la.mul(size, growing))));
    const scale = own(la.mul(x, denominator));
    const free = (a: Matrix) => (frozen ? own(la.elementwise("select", [frozen, 0, a])) : a);
    this.parts = [la.sum(free(residual)), la.sum(free(scale))];
  }

  [Symbol.dispose](): void {
    for (const part of this.parts) part[Symbol.dispose]();
  }
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
    return scope.own(new Stationarity(la, terms, at, factor, mean, frozen)).parts;
  });
  return residualOf(await la.scalars(...parts));
}

/** h̄_a (k×1) for H, w̄_a (1×k) for W. */
function fairShare(la: Linalg, { W, H }: Factors, factor: Factor, mean: number): Matrix {
  using scope = new Scope();
  const own = scope.own;
  const rank = W.cols;
  const partner =
    factor === "H"
      ? own(
          la.matmul(own(la.sum(W, "rows")), own(la.full(1, 1, 1 / W.rows, W.dtype)), {
            transA: true,
          }),
        )
      : own(
          la.matmul(own(la.full(1, 1, 1 / H.cols, H.dtype)), own(la.sum(H, "cols")), {
            transB: true,
          }),
        );
  const empty = own(la.elementwise("lessEqual", [partner, 0]));
  const share = own(la.div(mean / rank, own(la.elementwise("select", [empty, 1, partner]))));
  return la.elementwise("select", [empty, 0, share]);
}
