import type { Axis } from "../backend.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope, type Terms } from "../matrix.js";
import type { Subproblem } from "./subproblem.js";

/** A point of the subproblem with both parts of the gradient there. */
export interface Point extends Terms {
  readonly x: Matrix;
  /** ∇ = denominator − numerator */
  readonly gradient: Matrix;
}

export function pointAt(la: Linalg, subproblem: Subproblem, x: Matrix): Point {
  const { numerator, denominator } = subproblem.terms(x);
  const gradient = la.sub(denominator, numerator);
  return {
    x,
    numerator,
    denominator,
    gradient,
    [Symbol.dispose]() {
      for (const matrix of [x, numerator, denominator, gradient]) matrix[Symbol.dispose]();
    },
  };
}

/** How often a step that went too far is shortened to a quarter before the line stays where it is. */
const TRIALS = 10;
/**
 * For β = 1 the projection stops short of zero, since D is infinite where WH = 0 < V: no entry
 * falls below this share of itself in one step.
 */
const LEAST = 2 ** -10;
/** A step this long is what rounding made of a line that does not bend; float32 ends at 2¹²⁸. */
const FARTHEST = 2 ** 100;

/**
 * A step from `from` along `direction`, each line by itself: the exact step for a quadratic,
 * Newton's for β = 1, projected, and shortened until the objective falls for certain:
 *   β = 2: F(x') − F(x) = ½⟨x' − x, ∇F(x) + ∇F(x')⟩,
 *   β = 1: F(x') − F(x) ≤ ⟨x' − x, ∇F(x')⟩, F being convex,
 * computed and with what rounding may hide in it added, is not above zero. So F never rises, and a
 * line whose fall would drown in rounding stays.
 *
 * @param direction of descent, not into the bound where x = 0
 * @returns the point reached, which the caller owns
 */
export async function lineSearch(
  la: Linalg,
  subproblem: Subproblem,
  from: Point,
  direction: Matrix,
): Promise<Point> {
  const select = (c: Matrix, a: Matrix | number, b: Matrix | number) =>
    la.elementwise("select", [c, a, b]);
  // Of length one, or squares of a gradient in small units would underflow.
  using length = largest(la, direction, subproblem.axis);
  using unit = la.div(direction, length);
  let step = firstStep(la, subproblem, from, unit);
  for (let trial = 1; ; trial++) {
    using current = step;
    const reached = pointAt(la, subproblem, moved(la, subproblem, from.x, unit, current));
    // The last trial does not move what has not fallen yet, and so needs no look.
    if (trial > TRIALS) return reached;
    using falls = certainFall(la, subproblem, from, reached);
    using all = la.reduce("min", falls, "all");
    const [settled] = await la.scalars(all);
    if (settled === 1) return reached;
    reached[Symbol.dispose]();
    using shorter = la.mul(0.25, current);
    step = select(falls, current, trial === TRIALS ? 0 : shorter);
  }
}

/**
 * −⟨∇, p⟩ / ⟨p, ∇²p⟩ for each line; where nothing bends, as far as the last bound; 0 where p leads
 * nowhere for certain.
 */
function firstStep(
  la: Linalg,
  subproblem: Subproblem,
  { x, gradient, numerator, denominator }: Point,
  p: Matrix,
): Matrix {
  using scope = new Scope();
  const own = scope.own;
  const select = (c: Matrix, a: Matrix | number, b: Matrix | number) =>
    own(la.elementwise("select", [c, a, b]));
  const { axis, noise } = subproblem;
  const slope = own(la.sum(own(la.mul(gradient, p)), axis));
  const sizes = own(la.add(numerator, denominator));
  const length = own(la.elementwise("abs", [p]));
  const hidden = own(la.mul(noise, own(la.sum(own(la.mul(length, sizes)), axis))));
  const curvature = own(subproblem.curvature(x, p));
  const flat = own(la.elementwise("lessEqual", [curvature, 0]));
  const exact = own(la.div(own(la.mul(-1, slope)), select(flat, 1, curvature)));
  const rising = own(la.elementwise("lessEqual", [0, p]));
  const toBound = select(rising, 0, own(la.div(x, select(rising, 1, own(la.mul(-1, p))))));
  const step = select(flat, own(la.reduce("max", toBound, axis)), exact);
  const nowhere = own(la.elementwise("lessEqual", [0, own(la.add(slope, hidden))]));
  const tooFar = own(la.elementwise("lessEqual", [FARTHEST, step]));
  return la.elementwise("select", [own(la.max(nowhere, tooFar)), 0, step]);
}

function moved(
  la: Linalg,
  { quadratic }: Subproblem,
  x: Matrix,
  direction: Matrix,
  step: Matrix,
): Matrix {
  using move = la.mul(step, direction);
  using free = la.add(x, move);
  if (quadratic) return la.max(free, 0);
  using least = la.mul(LEAST, x);
  return la.max(free, least);
}

/** 1 for each line along which the objective falls, or stays, whatever rounding did. */
export function certainFall(
  la: Linalg,
  { axis, quadratic, noise }: Subproblem,
  a: Point,
  b: Point,
): Matrix {
  using scope = new Scope();
  const own = scope.own;
  const sizeOf = (point: Point) => own(la.add(point.numerator, point.denominator));
  const mean = (p: Matrix, q: Matrix) => own(la.mul(0.5, own(la.add(p, q))));
  const move = own(la.sub(b.x, a.x));
  const slope = quadratic ? mean(a.gradient, b.gradient) : b.gradient;
  const size = quadratic ? mean(sizeOf(a), sizeOf(b)) : sizeOf(b);
  const change = own(la.sum(own(la.mul(move, slope)), axis));
  const hidden = own(la.sum(own(la.mul(own(la.elementwise("abs", [move])), size)), axis));
  const most = own(la.add(change, own(la.mul(noise, hidden))));
  return la.elementwise("lessEqual", [most, 0]);
}

/** The direction where the bound leaves it free, 0 where x = 0 and it would lead below. */
export function freePart(la: Linalg, x: Matrix, direction: Matrix): Matrix {
  using bound = la.elementwise("lessEqual", [x, 0]);
  using inward = la.max(direction, 0);
  return la.elementwise("select", [bound, inward, direction]);
}

/** The largest size of an entry of each line, 1 where all are zero. */
export function largest(la: Linalg, a: Matrix, axis: Axis): Matrix {
  using sizes = la.elementwise("abs", [a]);
  using most = la.reduce("max", sizes, axis);
  using none = la.elementwise("lessEqual", [most, 0]);
  return la.elementwise("select", [none, 1, most]);
}

/** The largest size of an entry. */
export async function norm(la: Linalg, a: Matrix): Promise<number> {
  using sizes = la.elementwise("abs", [a]);
  using most = la.reduce("max", sizes, "all");
  const [size] = await la.scalars(most);
  return size!;
}
