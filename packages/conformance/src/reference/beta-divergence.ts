/** d_β between two numbers in float64, and what an evaluation of it may be wrong by. */
import type { Capabilities } from "@nonneg/core";
import { U64 } from "../precision.js";

/** d_β(v, x) ≥ 0 and not v > 0 = x with β ≤ 1; (3) for β = 1, half the square for β = 2, Itakura–Saito for β = 0. */
export function betaDivergence(beta: number, v: number, x: number): number {
  if (beta === 2) return 0.5 * (v - x) ** 2;
  if (v === 0) return x ** beta / beta;
  if (x === 0) return v ** beta / (beta * (beta - 1));
  const t = (x - v) / v;
  if (Math.abs(t) < 0.01) return nearby(beta, v, t);
  return box(beta, v, x) - v * box(beta - 1, v, x);
}

/** (x^b − v^b)/b, log(x/v) for b = 0; the larger power is taken out, so that nothing overflows. */
function box(b: number, v: number, x: number): number {
  const L = Math.log(x / v);
  if (b === 0) return L;
  return L * b > 0 ? (-(x ** b) * Math.expm1(-b * L)) / b : (v ** b * Math.expm1(b * L)) / b;
}

/**
 * The Taylor series of d_β(v, v(1 + t)) in t: v^β Σ_{n≥2} C(β−2, n−2) t^n / n, since
 * ∂d/∂x = x^(β−1) − v x^(β−2). Below |t| = 0.01 a dozen terms are all that float64 can tell.
 */
function nearby(beta: number, v: number, t: number): number {
  let sum = 0;
  let binomial = 1;
  for (let n = 2; n < 14; n++) {
    sum += (binomial / n) * t ** n;
    binomial *= (beta - n) / (n - 1);
  }
  return v ** beta * sum;
}

/**
 * What an evaluation of d_β(v, x) in a dtype of unit roundoff u may be wrong by, where x itself
 * carries a relative error δ: the change of d_β over that error, and the roundings of the formulas of
 * `core`'s composition, none of which loses more than a few u of v^β |log(x/v)| where x ≈ v: that is
 * what "without cancellation" means, since v log(v/x) − v + x in floating point loses u·v.
 */
export function betaDivergenceBound(
  beta: number,
  v: number,
  x: number,
  delta: number,
  u: number,
  { pow, log, log1p, expm1, div }: Capabilities["accuracy"],
): number {
  const value = betaDivergence(beta, v, x);
  const unit = u + 2 * U64;
  if (v === 0 || x === 0) {
    const power = (Math.abs(beta) * delta + (pow.ulps + 4) * unit) * value;
    return power + pow.absolute / Math.abs(beta * (beta - 1) || beta);
  }
  const carried = Math.max(
    Math.abs(betaDivergence(beta, v, x * (1 + delta)) - value),
    Math.abs(betaDivergence(beta, v, x * (1 - delta)) - value),
  );
  if (beta === 2) return carried + 2 * u * (v + x) * Math.abs(v - x) + 4 * unit * value;

  const L = Math.abs(Math.log(x / v)) + delta;
  const scale = v ** beta;
  if (Math.abs((x - v) / v) <= 0.25) {
    const relative = 2 * log1p.ulps + 2 * expm1.ulps + 2 * div.ulps + pow.ulps + 8;
    return (
      carried +
      scale * (relative * unit * L + 2 * (log1p.absolute + expm1.absolute) + pow.absolute * L)
    );
  }
  const terms = x ** beta + scale + v * x ** (beta - 1);
  const sizes = terms + Math.abs(box(beta, v, x)) + v * Math.abs(box(beta - 1, v, x));
  const ofLog =
    (log.ulps * (Math.abs(Math.log(x)) + Math.abs(Math.log(v))) + L) * unit + 2 * log.absolute;
  const slope = Math.min(x ** beta, scale) + v * Math.min(x ** (beta - 1), v ** (beta - 1));
  return (
    carried +
    (pow.ulps + expm1.ulps + div.ulps + 8) * unit * sizes +
    slope * ofLog +
    (1 + v) * (pow.absolute + expm1.absolute * terms)
  );
}
