/** How much a half-step changes the objective, in float64 and without cancellation. */
import type { Factor } from "@nonneg/core";
import { gamma } from "../bounds.js";
import { U64 } from "../precision.js";
import {
  type Dense64,
  gradientSplit,
  type HostFactors,
  type HostProblem,
  modelOf,
  penaltyOf,
} from "../reference/rules.js";

export interface Change {
  /** F(after) − F(before), over the entries that are finite in both */
  readonly value: number;
  /** bound of the error that float64 leaves in it */
  readonly error: number;
  /** observed entries where V > 0 = WH and β ≤ 1, whose divergence is infinite */
  readonly infiniteBefore: number;
  readonly infiniteAfter: number;
}

/**
 * The change of D_β(V‖WH) and of the penalties when `factor` moves from `at` to `next`, entry by entry through
 * δ = W(H' − H), so that its error is proportional to the step and not to the objective:
 *   d_β(v, x') − d_β(v, x) = p(β) − v p(β−1),  p(b) = (x'^b − x^b)/b.
 */
export function objectiveChange(
  problem: HostProblem,
  at: HostFactors,
  factor: Factor,
  next: Dense64,
): Change {
  const { beta, V, weights } = problem;
  const moved = { ...next, data: next.data.map((x, i) => x - at[factor].data[i]!) };
  const size = { ...next, data: moved.data.map(Math.abs) };
  const before = modelOf(at).data;
  const after = modelOf({ ...at, [factor]: next }).data;
  const delta = modelOf({ ...at, [factor]: moved }).data;
  const deltaSize = modelOf({ ...at, [factor]: size }).data;
  // Roundings of an entry of WH, of the powers of it, and of the sum over all entries.
  const unit = gamma((Math.abs(beta) + 3) * at.W.cols + 16 + V.data.length, U64);

  let value = 0;
  let error = 0;
  let infiniteBefore = 0;
  let infiniteAfter = 0;
  for (let ij = 0; ij < V.data.length; ij++) {
    const weight = weights ? weights.data[ij]! : 1;
    const v = V.data[ij]!;
    const [x, y] = [before[ij]!, after[ij]!];
    if (weight === 0) continue;
    const infinite = v > 0 && beta <= 1 && (x === 0 || y === 0);
    if (infinite) {
      if (x === 0) infiniteBefore++;
      if (y === 0) infiniteAfter++;
      continue;
    }
    const own = powerChange(beta, x, y, delta[ij]!, deltaSize[ij]!);
    const cross =
      v === 0 ? { value: 0, error: 0 } : powerChange(beta - 1, x, y, delta[ij]!, deltaSize[ij]!);
    value += weight * (own.value - v * cross.value);
    error += weight * unit * (own.error + v * cross.error);
  }
  const { l1, l2 } = penaltyOf(problem, factor);
  next.data.forEach((y, i) => {
    const change = moved.data[i]! * (l1 + 0.5 * l2 * (y + at[factor].data[i]!));
    value += change;
    error += gamma(6 + next.data.length, U64) * Math.abs(change);
  });
  return { value, error, infiniteBefore, infiniteAfter };
}

/** (y^b − x^b)/b for y = x + δ (log(y/x) for b = 0), and the scale of its error beside the roundoff. */
function powerChange(b: number, x: number, y: number, delta: number, size: number) {
  if (size === 0) return { value: 0, error: 0 };
  if (x > 0 && Math.abs(delta) <= x / 2) {
    const L = Math.log1p(delta / x);
    const value = b === 0 ? L : (x ** b * Math.expm1(b * L)) / b;
    return { value, error: Math.abs(value) + Math.max(x ** (b - 1), y ** (b - 1)) * size };
  }
  if (b === 0) return { value: Math.log(y / x), error: 1 + Math.abs(Math.log(y / x)) };
  // b > 0 where x or y is 0: the divergence is finite there.
  return { value: (y ** b - x ** b) / b, error: (y ** b + x ** b) / Math.abs(b) };
}

/**
 * What rounding may add to the objective in a step that is off by at most `bound`. The exact step does not raise F; F after the computed one is higher by at most
 *   Σ bound |P − N| + ½ boundᵀ|∇²F| bound
 * with the gradient split taken where the computed step came to. By convexity the second term
 * is not needed for 1 ≤ β ≤ 2; elsewhere, with e = W·bound, it is
 *   ½ Σ M (|β−1| x^(β−2) + |β−2| v x^(β−3)) e² + ½ l2 Σ bound².
 */
export function slack(
  problem: HostProblem,
  after: HostFactors,
  factor: Factor,
  bound: Float64Array,
): number {
  const { beta, V, weights } = problem;
  const { numerator, denominator } = gradientSplit(problem, after, factor);
  const terms = V.rows + V.cols + (Math.abs(beta) + 2) * after.W.cols + 16;
  let first = 0;
  for (let i = 0; i < bound.length; i++) {
    const [n, p] = [numerator.data[i]!, denominator.data[i]!];
    first += bound[i]! * (Math.abs(p - n) + gamma(terms, U64) * (p + n));
  }
  if (beta >= 1 && beta <= 2) return first;

  const X = modelOf(after).data;
  const E = modelOf({ ...after, [factor]: { ...after[factor], data: bound } }).data;
  const { l2 } = penaltyOf(problem, factor);
  let second = bound.reduce((sum, e) => sum + 0.5 * l2 * e * e, 0);
  for (let ij = 0; ij < X.length; ij++) {
    const [x, e] = [X[ij]!, E[ij]!];
    if (x === 0 || e === 0) continue;
    // Each power is largest at an end of the segment between the exact step and the computed one.
    const largest = (p: number) => (e < x ? Math.max((x - e) ** p, (x + e) ** p) : Infinity);
    const curvature =
      Math.abs(beta - 1) * largest(beta - 2) + Math.abs(beta - 2) * V.data[ij]! * largest(beta - 3);
    second += 0.5 * (weights ? weights.data[ij]! : 1) * curvature * e * e;
  }
  return first + second;
}

/**
 * The same for a rule that reads values back and decides by them, so that its step has no
 * componentwise bound, but is right for slightly wrong N and P: those that it computed, each off by
 * at most ε of itself. Of that objective the step is no rise, so that by the difference of both
 *   F(x') − F(x) ≤ ε Σ |x' − x| ½(P + P' + N + N'),
 * to which the rounding of the result adds ε Σ x'|P' − N'|, and what is lost in the minimum of each
 * component, which is of second order, at most 9 ε² k Σ M (v² + (WH)²) (WH)^(β−2).
 */
export function slackOfMinimum(
  problem: HostProblem,
  at: HostFactors,
  factor: Factor,
  next: Dense64,
  epsilon: number,
): number {
  const { beta, V, weights } = problem;
  const from = gradientSplit(problem, at, factor);
  const to = gradientSplit(problem, { ...at, [factor]: next }, factor);
  let first = 0;
  for (let i = 0; i < next.data.length; i++) {
    const [x, y] = [at[factor].data[i]!, next.data[i]!];
    const [n, p] = [to.numerator.data[i]!, to.denominator.data[i]!];
    const sizes = from.numerator.data[i]! + from.denominator.data[i]! + n + p;
    first += 0.5 * Math.abs(y - x) * sizes + y * Math.abs(p - n);
  }
  let second = 0;
  modelOf(at).data.forEach((x, ij) => {
    const weight = weights ? weights.data[ij]! : 1;
    if (x > 0 || beta === 2) second += weight * (V.data[ij]! ** 2 + x ** 2) * x ** (beta - 2);
  });
  return epsilon * first + 9 * epsilon ** 2 * at.W.cols * second;
}
