import type { Dtype } from "../backend.js";
import type { Divergence, Linalg } from "../linalg.js";
import { type Matrix, Scope } from "../matrix.js";
import { product, unobserved } from "./divergence-terms.js";

type Own = Scope["own"];

/**
 * D_β(V‖WH) summed in `dtype`: `sum` over the finite entries, `infinite` the number of the others.
 * A CSR V without weights is zero off its pattern: those entries are summed without forming them.
 */
export function divergence(
  la: Linalg,
  operands: Divergence,
  dtype: Dtype,
): { sum: Matrix; infinite: Matrix } {
  const { beta, V, W, H, weights } = operands;
  const implicitZeros = V.format === "csr" && !weights;
  if (implicitZeros && beta !== 1 && beta !== 2) throw unobserved(beta);
  using scope = new Scope();
  const own = scope.own;
  const X = own(product(la, operands, dtype));
  const entries = entrywise(la, own, beta, V, X);
  const weighted = (a: Matrix) => (weights ? own(la.mul(weights, a)) : a);

  const infinite = () => {
    const observed = weights && own(la.elementwise("select", [weights, entries.infinite, 0]));
    return la.sum(observed ?? entries.infinite);
  };
  if (!implicitZeros) return { sum: la.sum(weighted(entries.finite)), infinite: infinite() };

  // Σ over all entries of d(0, x) = x^β/β, less the same over the pattern.
  const stored = beta === 1 ? X : own(la.mul(0.5, own(la.mul(X, X))));
  const onPattern = own(la.sum(own(la.sub(entries.finite, stored))));
  return { sum: la.add(onPattern, own(everywhere(la, beta, W, H, dtype))), infinite: infinite() };
}

/** Σ (WH)^β / β over all entries, for β = 1 and 2, from the k×k matrices alone. */
function everywhere(la: Linalg, beta: number, W: Matrix, H: Matrix, dtype: Dtype): Matrix {
  if (beta === 1) {
    using columns = la.reduce("sum", W, "rows", { dtype });
    using rows = la.reduce("sum", H, "cols", { dtype });
    return la.matmul(columns, rows);
  }
  using left = la.gram(W, "AtA", { dtype });
  using right = la.gram(H, "AAt", { dtype });
  using both = la.mul(left, right);
  using total = la.sum(both);
  return la.mul(0.5, total);
}

/**
 * d_β(v, x) entry by entry, free of cancellation where x ≈ v. With t = (x − v)/v and
 * q(b, L) = (e^{bL} − 1)/b, q(0, L) = L:
 *   |t| ≤ ½:  v^β (q(β, L) − q(β−1, L)), L = log1p t, which for β = 1 is v (t − log1p t);
 *   else      B(β) − v B(β−1), B(b) = (x^b − v^b)/b.
 */
function entrywise(
  la: Linalg,
  own: Own,
  beta: number,
  V: Matrix,
  X: Matrix,
): { finite: Matrix; infinite: Matrix } {
  const select = (c: Matrix, a: Matrix | number, b: Matrix | number) =>
    own(la.elementwise("select", [c, a, b]));
  const unary = (op: "abs" | "log" | "log1p", a: Matrix) => own(la.elementwise(op, [a]));
  const mul = (a: Matrix | number, b: Matrix | number) => own(la.mul(a, b));
  const sub = (a: Matrix | number, b: Matrix | number) => own(la.sub(a, b));
  const pow = (a: Matrix, exponent: number) => own(la.elementwise("pow", [a, exponent]));

  if (beta === 2) {
    const residual = sub(V, X);
    return { finite: mul(0.5, mul(residual, residual)), infinite: mul(0, X) };
  }
  const vZero = own(la.elementwise("lessEqual", [V, 0]));
  const xZero = own(la.elementwise("lessEqual", [X, 0]));
  // In the precision of the sum: a float32 logarithm would be all that is left of it.
  const v = own(la.elementwise("select", [vZero, 1, V], { dtype: X.dtype }));
  const x = select(xZero, 1, X);

  const difference = sub(x, v);
  const near = own(la.elementwise("lessEqual", [unary("abs", difference), mul(0.5, v)]));
  const t = own(la.div(select(near, difference, 0), v));
  const nearL = unary("log1p", t);
  const farL = sub(unary("log", x), unary("log", v));

  const closeBy =
    beta === 1
      ? mul(v, sub(t, nearL))
      : mul(pow(v, beta), sub(boxCox(la, own, beta, nearL), boxCox(la, own, beta - 1, nearL)));
  const farOff =
    beta === 1
      ? sub(difference, mul(v, farL))
      : sub(
          powerDifference(la, own, beta, x, v, farL),
          mul(v, powerDifference(la, own, beta - 1, x, v, farL)),
        );
  const both = own(la.max(select(near, closeBy, farOff), 0));

  const atXZero = beta > 1 ? mul(1 / (beta * (beta - 1)), pow(v, beta)) : 0;
  const atVZero = beta > 0 ? select(xZero, 0, mul(1 / beta, pow(x, beta))) : 0;
  const finite = select(vZero, atVZero, select(xZero, atXZero, both));
  const infinite = beta > 1 ? mul(0, xZero) : select(vZero, 0, xZero);
  return { finite, infinite };
}

/** q(b, L) = (e^{bL} − 1)/b, and L for b = 0. */
function boxCox(la: Linalg, own: Own, b: number, L: Matrix): Matrix {
  if (b === 0) return L;
  return own(la.mul(1 / b, own(la.elementwise("expm1", [own(la.mul(b, L))]))));
}

/**
 * B(b) = (x^b − v^b)/b, and L = log(x/v) for b = 0, through the larger of the two powers, so that
 * the exponential cannot overflow: M^b (1 − e^{−|bL|}) sign(L)/|b|.
 */
function powerDifference(la: Linalg, own: Own, b: number, x: Matrix, v: Matrix, L: Matrix): Matrix {
  if (b === 0) return L;
  const M = own(la.elementwise(b > 0 ? "max" : "min", [x, v]));
  const power = own(la.elementwise("pow", [M, b]));
  const decay = own(la.mul(-Math.abs(b), own(la.elementwise("abs", [L]))));
  const fraction = own(la.elementwise("expm1", [decay]));
  const size = own(la.mul(-1 / Math.abs(b), own(la.mul(power, fraction))));
  const falling = own(la.elementwise("lessEqual", [L, 0]));
  return own(la.elementwise("select", [falling, own(la.mul(-1, size)), size]));
}
