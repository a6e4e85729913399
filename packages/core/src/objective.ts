import type { Dtype, Factor } from "./backend.js";
import { unitRoundoff } from "./dtype.js";
import type { Linalg } from "./linalg.js";
import type { Matrix } from "./matrix.js";
import { Scope } from "./matrix.js";
import type { Factors, Problem } from "./rules/rule.js";

/** A cost, a bound on the error of its evaluation, and the penalties, in the units of the scaled V. */
export interface Cost {
  readonly value: number;
  readonly error: number;
  readonly penalty: number;
}

/** What the evaluation of a cost may use besides V, W and H. */
export interface Measures {
  /** ‖V‖_F of the scaled V */
  readonly norm: number;
  /** mean of the scaled V */
  readonly mean: number;
  /** ‖V − mean V‖_F of the scaled V */
  readonly spread: number;
}

/** The cross product of the step that made `factor`: WᵀV for H, VHᵀ for W, its partner unmoved since. */
export interface Cross {
  readonly factor: Factor;
  readonly matrix: Matrix;
}

/** Evaluates D_β(V‖WH) as cheaply as the accuracy asked for allows. */
export class Objective {
  readonly #la: Linalg;
  readonly #problem: Problem;
  readonly #measures: Measures;
  /** Ways to evaluate, cheapest first; one found wanting is not tried again. */
  #ways: ("gram" | Dtype)[];
  /** The evaluation before: a fit that ends at a check certifies the same point. */
  #last: { readonly way: "gram" | Dtype; readonly at: Factors; readonly cost: Cost } | undefined;

  constructor(la: Linalg, problem: Problem, measures: Measures) {
    this.#la = la;
    this.#problem = problem;
    this.#measures = measures;
    const { V, beta, weights } = problem;
    const direct: Dtype[] =
      V.dtype === "float32" && la.supports("float64") ? ["float32", "float64"] : [V.dtype];
    this.#ways = beta === 2 && !weights ? ["gram", ...direct] : direct;
  }

  /** The cost at `at`, its error below `accuracy` where any way of evaluating it can reach that. */
  async evaluate(at: Factors, accuracy: number, cross?: Cross): Promise<Cost> {
    for (;;) {
      const way = this.#ways[0]!;
      const cost = await this.#by(way, at, cross);
      if (!(cost.error > accuracy) || this.#ways.length === 1) return cost;
      this.#ways.shift();
    }
  }

  /** The cost by the most accurate way. */
  async certify(at: Factors): Promise<Cost> {
    const way = this.#ways.at(-1)!;
    const last = this.#last;
    const known = last?.way === way && last.at.W === at.W && last.at.H === at.H;
    return known ? last.cost : this.#by(way, at);
  }

  async #by(way: "gram" | Dtype, at: Factors, cross?: Cross): Promise<Cost> {
    const cost = await (way === "gram" ? this.#gram(at, cross) : this.#direct(at, way));
    const whole = { ...cost, penalty: await this.#penalty(at) };
    this.#last = { way, at, cost: whole };
    return whole;
  }

  /** Σ l1 x + ½ l2 x² over both factors. */
  async #penalty(at: Factors): Promise<number> {
    const { penalties } = this.#problem;
    if (!penalties) return 0;
    const la = this.#la;
    using scope = new Scope();
    const own = scope.own;
    const factors = ["W", "H"] as const;
    const sums = await la.scalars(
      ...factors.flatMap((factor) => {
        const x = at[factor];
        return [own(la.sum(x)), own(la.sum(own(la.mul(x, x))))];
      }),
    );
    return factors.reduce((total, factor, f) => {
      const { l1, l2 } = penalties[factor];
      return total + l1 * sums[2 * f]! + 0.5 * l2 * sums[2 * f + 1]!;
    }, 0);
  }

  /**
   * ½(‖V‖² − 2⟨WᵀV, H⟩ + ⟨WᵀW, HHᵀ⟩): no m×n work where the cross product is at hand, but it cancels
   * where V ≈ WH. Error c·u·‖V‖², c growing with the square root of the longest inner product:
   * rounding errors have either sign (Higham and Mary, SIAM J. Sci. Comput. 41, 2019). Where the rest
   * is in float64, only those of the cross product count.
   */
  async #gram({ W, H }: Factors, cross?: Cross): Promise<Omit<Cost, "penalty">> {
    const la = this.#la;
    const { V } = this.#problem;
    using scope = new Scope();
    const own = scope.own;
    const dtype = la.supports("float64") ? "float64" : V.dtype;
    const known = cross ?? { factor: "H", matrix: own(la.matmul(W, V, { transA: true })) };
    const moved = known.factor === "H" ? H : W;
    const inner = own(la.reduce("sum", own(la.mul(known.matrix, moved)), "all", { dtype }));
    const grams = own(la.mul(own(la.gram(W, "AtA", { dtype })), own(la.gram(H, "AAt", { dtype }))));
    const [product, square] = (await la.scalars(inner, own(la.sum(grams)))) as [number, number];
    const norm2 = this.#measures.norm ** 2;
    const alone = known.factor === "H" ? V.rows : V.cols;
    const longest = dtype === V.dtype ? Math.max(V.rows, V.cols) : alone;
    const c = Math.sqrt(longest) + Math.log2(V.rows * V.cols);
    return {
      value: Math.max(0, 0.5 * (norm2 - 2 * product + square)),
      error: c * unitRoundoff(V.dtype) * Math.max(norm2, Math.abs(product), square),
    };
  }

  /**
   * Entry by entry, in `dtype`. An error δ of x = (WH)_ij moves the cost by about |d′(x)| δ, in all
   * about √(2 · cost · Σ v^β) · √k · u by Cauchy–Schwarz; the sum itself adds log₂(mn) · u · cost.
   */
  async #direct(at: Factors, dtype: Dtype): Promise<Omit<Cost, "penalty">> {
    const la = this.#la;
    const { V, beta } = this.#problem;
    const { sum, infinite } = la.divergence({ ...this.#problem, ...at }, { dtype });
    using scope = new Scope();
    const [value, infinities] = (await la.scalars(scope.own(sum), scope.own(infinite))) as [
      number,
      number,
    ];
    if (infinities > 0) return { value: Infinity, error: 0 };
    const { norm, mean } = this.#measures;
    const entries = V.rows * V.cols;
    const scale = beta === 2 ? norm ** 2 : entries * mean ** beta;
    const u = unitRoundoff(dtype);
    const products = Math.sqrt(at.W.cols) * u * Math.sqrt(2 * Math.abs(value) * scale);
    // The sum over V's implicit zeros is a difference of two sums, each as large as `scale`.
    const implicit =
      V.format === "csr" && !this.#problem.weights ? Math.log2(entries) * u * scale : 0;
    return {
      value: Math.max(0, value),
      error: products + implicit + (Math.log2(entries) + 1) * u * Math.abs(value),
    };
  }
}

/** D_β(V‖WH) of the constant model WH = mean V, which depends on the data alone. */
export async function constantModelCost(
  la: Linalg,
  problem: Problem,
  { mean, spread }: Measures,
): Promise<number> {
  const { V, beta } = problem;
  if (beta === 2) return 0.5 * spread ** 2;
  using W = la.full(V.rows, 1, mean, V.dtype);
  using H = la.full(1, V.cols, 1, V.dtype);
  const { sum, infinite } = la.divergence({ ...problem, W, H });
  using scope = new Scope();
  const [value] = (await la.scalars(scope.own(sum), scope.own(infinite))) as [number, number];
  return Math.max(0, value);
}
