import { type Column, combine, correlate, total, type Vector } from "./column.js";

/**
 * d_β(v, x) for v, x > 0 in the form that splits into a convex and a concave part of x, from which
 * the auxiliary function is made (C. Févotte and J. Idier, Algorithms for nonnegative matrix
 * factorization with the β-divergence, Neural Computation 23 (2011), table 1):
 *
 *   d = convex(x) + concave(x) + constant,
 *   β < 1:      v x^(β−1)/(1−β),               x^β/β
 *   1 ≤ β ≤ 2:  x^β/β − v x^(β−1)/(β−1),       0
 *   β > 2:      x^β/β,                         −v x^(β−1)/(β−1)
 *
 * x^0/0 stands for log x.
 */
export interface Split {
  readonly convex: (x: number) => number;
  readonly concave: (x: number) => number;
  /** the derivative of `concave` */
  readonly concaveSlope: (x: number) => number;
  readonly constant: number;
}

export function betaSplit(beta: number, v: number): Split {
  const model = (x: number) => power(beta, x);
  const data = (x: number) => -v * power(beta - 1, x);
  const none = () => 0;
  // d_β(v, v) = 0 settles the constant.
  const constant = -model(v) - data(v);
  if (beta < 1) {
    return { convex: data, concave: model, concaveSlope: (x) => x ** (beta - 1), constant };
  }
  if (beta > 2) {
    return { convex: model, concave: data, concaveSlope: (x) => -v * x ** (beta - 2), constant };
  }
  return { convex: (x) => model(x) + data(x), concave: none, concaveSlope: none, constant };
}

/** x^b / b, log x for b = 0 */
const power = (b: number, x: number): number => (b === 0 ? Math.log(x) : x ** b / b);

/** F(h) = Σ_i d_β(v_i, (Wh)_i), v and Wh positive; (15) for β = 2, (28) for β = 1. */
export function betaCost(beta: number, column: Column, h: Vector): number {
  const x = combine(column, h);
  return total(x.length, (i) => {
    const { convex, concave, constant } = betaSplit(beta, column.v[i]!);
    return convex(x[i]!) + concave(x[i]!) + constant;
  });
}

/** ∇F(h) = Wᵀ(x^(β−1) − v ∘ x^(β−2)), x = Wh: k entries. */
export function betaGradient(beta: number, column: Column, h: Vector): Float64Array {
  const x = combine(column, h);
  return correlate(
    column,
    x.map((x_i, i) => x_i ** (beta - 1) - column.v[i]! * x_i ** (beta - 2)),
  );
}
