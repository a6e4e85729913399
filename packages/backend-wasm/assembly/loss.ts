/** d_β between entries, as in `betaDivergence` of the reference: no cancellation where x ≈ v. */

/** q(b, L) = (e^{bL} − 1)/b, L for b = 0. */
// @ts-ignore: decorator
@inline
function boxCox(b: f64, L: f64): f64 {
  return b == 0 ? L : Math.expm1(b * L) / b;
}

/** (1 − e^{−|bL|}) sign(L)/|b|, L for b = 0: with the larger of two powers before it, (x^b − v^b)/b. */
// @ts-ignore: decorator
@inline
function difference(b: f64, L: f64): f64 {
  return b == 0 ? L : (-Math.expm1(-Math.abs(b * L)) * Math.sign(L)) / Math.abs(b);
}

/** d_β(v, x) where it is finite, 0 where it is not. */
export function betaDivergence(beta: f64, v: f64, x: f64): f64 {
  if (beta == 2) return 0.5 * (v - x) * (v - x);
  if (v == 0) return beta > 0 ? Math.pow(x, beta) / beta : 0;
  if (x == 0) return beta > 1 ? Math.pow(v, beta) / (beta * (beta - 1)) : 0;
  const t = (x - v) / v;
  if (Math.abs(t) <= 0.5) {
    const L = Math.log1p(t);
    if (beta == 1) return v * Math.max(0, t - L);
    return Math.pow(v, beta) * Math.max(0, boxCox(beta, L) - boxCox(beta - 1, L));
  }
  const L = Math.log(x) - Math.log(v);
  if (beta == 1) return x - v - v * L;
  const forBeta = beta > 0 ? Math.max(x, v) : Math.min(x, v);
  const forOneLess = beta > 1 ? Math.max(x, v) : Math.min(x, v);
  const first = difference(beta, L);
  const second = difference(beta - 1, L);
  // One power for both where it is of the same number: neither can overflow alone, to ∞ − ∞.
  if (forBeta == forOneLess) return Math.pow(forBeta, beta) * (first - (v / forBeta) * second);
  return Math.pow(forBeta, beta) * first - v * Math.pow(forOneLess, beta - 1) * second;
}

/**
 * d_1 of two pairs, v > 0 and x > 0: v (t − log1p t) with t = (x − v)/v.
 *
 * log(x/v) = e·ln 2 + log(1 + f), 1 + f in [√½, √2), by the series of FreeBSD's e_log.c (right to
 * under an ulp): log(1 + f) = f − (f²/2 − s (f²/2 + R(s²))), s = f/(2 + f). Where e = 0, f is t
 * itself, and t − log1p t is the bracket: nothing cancels.
 */
// @ts-ignore: decorator
@inline
export function klPair(v: v128, x: v128): v128 {
  const d = f64x2.sub(x, v);
  const ratio = f64x2.div(x, v);
  // 0x3fe6a09e… is √½: exponents change there
  const shifted = i64x2.sub(ratio, i64x2.splat(0x3fe6a09e00000000));
  const e = i64x2.shr_s(shifted, 52);
  const m = i64x2.sub(ratio, i64x2.shl(e, 52));
  const near = i64x2.eq(e, i64x2.splat(0));
  const t = f64x2.div(d, v);
  const f = v128.bitselect(t, f64x2.sub(m, f64x2.splat(1)), near);
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  let odd = f64x2.add(f64x2.splat(2.222219843214978396e-1), f64x2.mul(w, f64x2.splat(1.531383769920937332e-1)));
  odd = f64x2.add(f64x2.splat(3.999999999940941908e-1), f64x2.mul(w, odd));
  odd = f64x2.mul(w, odd);
  let even = f64x2.add(f64x2.splat(1.818357216161805012e-1), f64x2.mul(w, f64x2.splat(1.479819860511658591e-1)));
  even = f64x2.add(f64x2.splat(2.857142874366239149e-1), f64x2.mul(w, even));
  even = f64x2.add(f64x2.splat(6.666666666666735130e-1), f64x2.mul(w, even));
  even = f64x2.mul(z, even);
  const half = f64x2.mul(f64x2.splat(0.5), f64x2.mul(f, f));
  const bracket = f64x2.sub(half, f64x2.mul(s, f64x2.add(half, f64x2.add(odd, even))));
  const exponent = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(e, e, 0, 2, 0, 2));
  const log = f64x2.sub(
    f64x2.add(f64x2.mul(exponent, f64x2.splat(0.693147180559945309417)), f),
    bracket,
  );
  return v128.bitselect(f64x2.mul(v, bracket), f64x2.sub(d, f64x2.mul(v, log)), near);
}

/**
 * d_1 / v of four pairs, v > 0 and x > 0, x/v in the range of normal numbers: t − log1p t with t = (x − v)/v, as in
 * `klPair`, by the series of FreeBSD's e_logf.c.
 */
// @ts-ignore: decorator
@inline
export function klQuad(v: v128, x: v128, ratio: v128): v128 {
  // 0x3f3504f3 is √½
  const shifted = i32x4.sub(ratio, i32x4.splat(0x3f3504f3));
  const e = i32x4.shr_s(shifted, 23);
  const m = i32x4.sub(ratio, i32x4.shl(e, 23));
  const near = i32x4.eq(e, i32x4.splat(0));
  const t = f32x4.div(f32x4.sub(x, v), v);
  const f = v128.bitselect(t, f32x4.sub(m, f32x4.splat(1)), near);
  const g = f32x4.sub(f32x4.sub(t, f), f32x4.mul(f32x4.convert_i32x4_s(e), f32x4.splat(0.69314718056)));
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f));
  const z = f32x4.mul(s, s);
  const w = f32x4.mul(z, z);
  const odd = f32x4.mul(w, f32x4.add(f32x4.splat(0.40000972152), f32x4.mul(w, f32x4.splat(0.24279078841))));
  const even = f32x4.mul(z, f32x4.add(f32x4.splat(0.66666662693), f32x4.mul(w, f32x4.splat(0.28498786688))));
  const half = f32x4.mul(f32x4.splat(0.5), f32x4.mul(f, f));
  const bracket = f32x4.sub(half, f32x4.mul(s, f32x4.add(half, f32x4.add(odd, even))));
  return f32x4.add(g, bracket);
}
