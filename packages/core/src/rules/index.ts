import { NonnegError } from "../errors.js";
import { multiplicativeBeta } from "./multiplicative-beta.js";
import { multiplicativeDivergence } from "./multiplicative-divergence.js";
import { multiplicativeEuclidean } from "./multiplicative-euclidean.js";
import type { Problem, Rule } from "./rule.js";

export * from "./rule.js";

/** Every rule, the most specific first. The conformance suite runs each on every backend. */
export const rules: readonly Rule[] = [
  multiplicativeEuclidean,
  multiplicativeDivergence,
  multiplicativeBeta,
];

/** The first rule of that name for this loss. @throws NonnegError NONNEG_OPTION, NONNEG_UNSUPPORTED */
export function selectRule(algorithm: string, problem: Pick<Problem, "beta" | "weights">): Rule {
  const named = rules.filter((rule) => rule.algorithm === algorithm);
  if (named.length === 0) {
    const known = [...new Set(rules.map((rule) => rule.algorithm))].join(", ");
    throw new NonnegError("NONNEG_OPTION", `Algorithm "${algorithm}" is unknown. Known: ${known}.`);
  }
  const rule = named.find((candidate) => candidate.supports(problem));
  if (!rule) {
    const weighted = problem.weights ? " with weights" : "";
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `Algorithm "${algorithm}" does not minimise the β-divergence with β = ${problem.beta}${weighted}. ` +
        'Use "multiplicative".',
    );
  }
  return rule;
}
