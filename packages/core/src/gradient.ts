import type { Factor } from "./backend.js";
import type { Linalg } from "./linalg.js";
import { type Terms, terms } from "./matrix.js";
import { euclideanTerms } from "./rules/multiplicative-euclidean.js";
import type { Factors, Problem } from "./rules/rule.js";

/**
 * Both parts of the gradient by `factor` at a point, ∇ = denominator − numerator, whatever the loss;
 * penalties are in the denominator.
 */
export function gradientTerms(la: Linalg, problem: Problem, at: Factors, factor: Factor): Terms {
  const split =
    problem.beta === 2 && !problem.weights
      ? euclideanTerms(la, problem, at, factor)
      : la.divergenceTerms({ ...problem, ...at }, factor);
  const { l1, l2 } = problem.penalties?.[factor] ?? { l1: 0, l2: 0 };
  if (l1 === 0 && l2 === 0) return split;
  using cost = split.denominator;
  using square = la.mul(l2, at[factor]);
  using penalty = la.add(l1, square);
  return terms(split.numerator, la.add(cost, penalty));
}
