import type { Axis, Factor } from "../backend.js";
import { product } from "../compositions/divergence-terms.js";
import { unitRoundoff } from "../dtype.js";
import { gradientTerms } from "../gradient.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope, type Terms, terms } from "../matrix.js";
import { largestEigenvalue } from "./largest-eigenvalue.js";
import { penalised } from "./penalty.js";
import { model, products } from "./quadratic.js";
import type { Factors, Penalty, Problem } from "./rule.js";

/**
 * The objective as a function F of one factor with the other held, for β = 1 and 2: convex, and a
 * sum over lines, each of which moves by itself: the columns of H, the rows of W.
 */
export class Subproblem implements Disposable {
  /** The dimension of the factor along which a line runs: what disappears in sums over lines. */
  readonly axis: Axis;
  /** F is a quadratic: β = 2. */
  readonly quadratic: boolean;
  /**
   * Usual rounding error of N and P, relative: sums over m or n terms, and over k, whose errors
   * have either sign (Higham and Mary, SIAM J. Sci. Comput. 41, 2019).
   */
  readonly noise: number;
  readonly #la: Linalg;
  readonly #problem: Problem;
  readonly #at: Factors;
  readonly #factor: Factor;
  readonly #penalty: Penalty;
  /** Gram matrix of the partner and cross product with V, where these are all of F. */
  readonly #products: { readonly gram: Matrix; readonly cross: Matrix } | undefined;

  constructor(la: Linalg, problem: Problem, at: Factors, factor: Factor) {
    this.#la = la;
    this.#problem = problem;
    this.#at = at;
    this.#factor = factor;
    this.#penalty = problem.penalties?.[factor] ?? { l1: 0, l2: 0 };
    this.axis = factor === "H" ? "rows" : "cols";
    this.quadratic = problem.beta === 2;
    const { V, beta, weights } = problem;
    const inner = factor === "H" ? V.rows : V.cols;
    this.noise = (Math.sqrt(inner) + at.W.cols + 8) * unitRoundoff(at.W.dtype);
    if (beta === 2 && !weights) this.#products = products(la, problem, at, factor);
  }

  /** The largest slope of ∇F, ‖G‖₂ + l2, from above. β = 2, without weights. */
  async lipschitz(): Promise<number> {
    const { gram } = this.#products!;
    const [entries] = await this.#la.download(gram);
    return largestEigenvalue(entries!, gram.rows) + this.#penalty.l2;
  }

  /** N and P of ∇F(x) = P − N; the caller owns them. */
  terms(x: Matrix): Terms {
    const la = this.#la;
    if (!this.#products) {
      const split = gradientTerms(la, this.#problem, this.#with(x), this.#factor);
      if (split.denominator.rows === x.rows && split.denominator.cols === x.cols) return split;
      // The same along a row of H, or a column of W: once for each entry from here on.
      using short = split.denominator;
      using zero = la.mul(0, x);
      return terms(split.numerator, la.add(zero, short));
    }
    const { gram, cross } = this.#products;
    const cost = model(la, gram, x, this.#factor);
    return terms(la.mul(1, cross), penalised(la, cost, x, this.#penalty));
  }

  /** ⟨p, ∇²F(x) p⟩ of each line: Σ M ∘ V^(2−β) ∘ X^(2β−4) ∘ (Wp)² with X = Wx, and l2 Σ p². */
  curvature(x: Matrix, p: Matrix): Matrix {
    const la = this.#la;
    using scope = new Scope();
    const own = scope.own;
    const square = (a: Matrix) => own(la.mul(a, a));
    const penalty = own(la.sum(own(la.mul(this.#penalty.l2, square(p))), this.axis));
    if (this.#products) {
      const image = own(model(la, this.#products.gram, p, this.#factor));
      return la.add(own(la.sum(own(la.mul(p, image)), this.axis)), penalty);
    }
    const { V, weights } = this.#problem;
    const along = own(product(la, { ...this.#problem, ...this.#with(p) }));
    const bend = () => {
      if (this.quadratic) return square(along);
      const X = own(product(la, { ...this.#problem, ...this.#with(x) }));
      const empty = own(la.elementwise("lessEqual", [X, 0]));
      const ratio = own(la.div(along, own(la.elementwise("select", [empty, 1, X]))));
      return own(la.elementwise("select", [empty, 0, own(la.mul(V, square(ratio)))]));
    };
    const cost = weights ? own(la.mul(weights, bend())) : bend();
    return la.add(own(la.sum(cost, this.axis)), penalty);
  }

  #with(x: Matrix): Factors {
    return { ...this.#at, [this.#factor]: x };
  }

  [Symbol.dispose](): void {
    this.#products?.gram[Symbol.dispose]();
    this.#products?.cross[Symbol.dispose]();
  }
}
