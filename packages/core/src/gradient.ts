import type { Factor } from "./backend.js";
import type { Linalg } from "./linalg.js";
import type { Terms } from "./matrix.js";
import { euclideanTerms } from "./rules/multiplicative-euclidean.js";
import type { Factors, Problem } from "./rules/rule.js";

/** Both parts of the gradient by `factor` at a point: ∇ = denominator − numerator, whatever the loss. */
export function gradientTerms(la: Linalg, problem: Problem, at: Factors, factor: Factor): Terms {
  return problem.beta === 2 && !problem.weights
    ? euclideanTerms(la, problem, at, factor)
    : la.divergenceTerms({ ...problem, ...at }, factor);
}
