/**
 * v log(v / x): the Kullback–Leibler divergence where v and x are distributions. Off the simplex it
 * goes below zero. 0 log 0 = 0, and +∞ for v > 0 = x.
 */
export function kullbackLeibler(v: number, x: number): number {
  return v > 0 ? v * Math.log(v / x) : 0;
}

/** v log(v / x) − v + x, a term of (3): never negative, and zero only for v = x. */
export function generalizedKullbackLeibler(v: number, x: number): number {
  return kullbackLeibler(v, x) - v + x;
}

/** (v − x)², a term of (2). */
export function squaredDistance(v: number, x: number): number {
  return (v - x) ** 2;
}
