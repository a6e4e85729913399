import type { Factor } from "./backend.js";
import type { Linalg } from "./linalg.js";
import { type Terms, terms } from "./matrix.js";
import { euclideanTerms } from "./rules/multiplicative-euclidean.js";
import { penalised } from "./rules/penalty.js";
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
  const { numerator, denominator } = split;
  return terms(numerator, penalised(la, denominator, at[factor], problem.penalties?.[factor]));
}
