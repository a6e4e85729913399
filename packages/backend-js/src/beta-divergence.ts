/** d_β between two numbers, and the powers that its gradient is made of. */

/**
 * d_β(v, x) for v, x ≥ 0 where it is finite, without cancellation where x ≈ v. Where it is not
 * (v > 0 = x and β ≤ 1, see `isInfinite`), or is for no x (v = 0 and β ≤ 0, refused as input): 0.
 *
 * With t = (x − v)/v, q(b, L) = (e^{bL} − 1)/b, B(b) = (x^b − v^b)/b, both L for b = 0:
 *   |t| ≤ ½:  v^β (q(β, L) − q(β−1, L)), L = log1p t, which for β = 1 is v (t − log1p t);
 *   else      B(β) − v B(β−1).
 */
export function betaDivergence(beta: number, v: number, x: number): number {
  if (beta === 2) return 0.5 * (v - x) * (v - x);
  if (v === 0) return beta > 0 ? x ** beta / beta : 0;
  if (x === 0) return beta > 1 ? v ** beta / (beta * (beta - 1)) : 0;

  const t = (x - v) / v;
  if (Math.abs(t) <= 0.5) {
    const L = Math.log1p(t);
    if (beta === 1) return v * (t - L);
    return v ** beta * (boxCox(beta, L) - boxCox(beta - 1, L));
  }
  const L = Math.log(x) - Math.log(v);
  if (beta === 1) return x - v - v * L;
  return powerDifference(beta, x, v, L) - v * powerDifference(beta - 1, x, v, L);
}

/** d_β(v, x) = ∞: something was observed where the model says that nothing can be. */
export function isInfinite(beta: number, v: number, x: number): boolean {
  return beta <= 1 && x === 0 && v > 0;
}

function boxCox(b: number, L: number): number {
  return b === 0 ? L : Math.expm1(b * L) / b;
}

/** B(b) = M^b (1 − e^{−|bL|}) sign(L)/|b|: through the larger power M^b, so that e^… cannot overflow. */
function powerDifference(b: number, x: number, v: number, L: number): number {
  if (b === 0) return L;
  const larger = b > 0 ? Math.max(x, v) : Math.min(x, v);
  return (larger ** b * -Math.expm1(-Math.abs(b * L)) * Math.sign(L)) / Math.abs(b);
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
