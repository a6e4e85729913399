/** d_β between two numbers, and the powers that its gradient is made of. */

/**
 * d_β(v, x) for v, x ≥ 0 where it is finite, without cancellation where x ≈ v. Where it is not
 * (v > 0 = x and β ≤ 1, see `isInfinite`), or is for no x (v = 0 and β ≤ 0, refused as input): 0.
 *
 * With t = (x − v)/v, q(b, L) = (e^{bL} − 1)/b, B(b) = (x^b − v^b)/b, both L = log(x/v) for b = 0:
 *   |t| ≤ ½:  v^β (q(β, L) − q(β−1, L)), L = log1p t, which for β = 1 is v (t − log1p t);
 *   else      B(β) − v B(β−1), with B(b) = M^b D(b), M the one of x and v whose power is larger
 *             and D(b) = (1 − e^{−|bL|}) sign(L)/|b|, so that no exponential overflows.
 */
export function betaDivergence(beta: number, v: number, x: number): number {
  if (beta === 2) return 0.5 * (v - x) * (v - x);
  if (v === 0) return beta > 0 ? x ** beta / beta : 0;
  if (x === 0) return beta > 1 ? v ** beta / (beta * (beta - 1)) : 0;

  const t = (x - v) / v;
  if (Math.abs(t) <= 0.5) {
    const L = Math.log1p(t);
    // No divergence is negative: below 0 is rounding.
    if (beta === 1) return v * Math.max(0, t - L);
    return v ** beta * Math.max(0, boxCox(beta, L) - boxCox(beta - 1, L));
  }
  const L = Math.log(x) - Math.log(v);
  if (beta === 1) return x - v - v * L;
  const forBeta = beta > 0 ? Math.max(x, v) : Math.min(x, v);
  const forOneLess = beta > 1 ? Math.max(x, v) : Math.min(x, v);
  const first = difference(beta, L);
  const second = difference(beta - 1, L);
  // One power for both, where it is of the same number: neither can overflow alone, to ∞ − ∞.
  if (forBeta === forOneLess) return forBeta ** beta * (first - (v / forBeta) * second);
  return forBeta ** beta * first - v * forOneLess ** (beta - 1) * second;
}

/** d_β(v, x) = ∞: something was observed where the model says that nothing can be. */
export function isInfinite(beta: number, v: number, x: number): boolean {
  return beta <= 1 && x === 0 && v > 0;
}

function boxCox(b: number, L: number): number {
  return b === 0 ? L : Math.expm1(b * L) / b;
}

/** D(b) = (1 − e^{−|bL|}) sign(L)/|b|, L for b = 0. */
function difference(b: number, L: number): number {
  return b === 0 ? L : (-Math.expm1(-Math.abs(b * L)) * Math.sign(L)) / Math.abs(b);
}

/** v x^(β−2), 0 where x = 0 unless β = 2. */
export function numeratorEntry(beta: number, v: number, x: number): number {
  if (beta === 2) return v;
  if (x === 0 || v === 0) return 0;
  return beta === 1 ? v / x : v * x ** (beta - 2);
}

/** x^(β−1), 0 where x = 0 unless β = 1. */
export function denominatorEntry(beta: number, x: number): number {
  if (beta === 2) return x;
  if (beta === 1) return 1;
  return x === 0 ? 0 : x ** (beta - 1);
}
