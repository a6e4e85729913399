import { NonnegError } from "../errors.js";
import { additive } from "./additive.js";
import { additiveLineSearch } from "./additive-line-search.js";
import { additiveRescaled } from "./additive-rescaled.js";
import { conjugateGradient } from "./conjugate-gradient.js";
import { hals } from "./hals.js";
import { halsExtrapolated } from "./hals-extrapolated.js";
import { multiplicativeBeta } from "./multiplicative-beta.js";
import { multiplicativeDivergence } from "./multiplicative-divergence.js";
import { multiplicativeEuclidean } from "./multiplicative-euclidean.js";
import { nesterov } from "./nesterov.js";
import { nonnegativeLeastSquares } from "./nonnegative-least-squares.js";
import { plsa } from "./plsa.js";
import type { Demands, Rule } from "./rule.js";

export * from "./rule.js";
export { type SavedState, State } from "./state.js";

/** Every rule, the most specific first. The conformance suite runs each on every backend. */
export const rules: readonly Rule[] = [
  multiplicativeEuclidean,
  multiplicativeDivergence,
  multiplicativeBeta,
  hals,
  nonnegativeLeastSquares,
  additive,
  additiveRescaled,
  additiveLineSearch,
  conjugateGradient,
  nesterov,
  halsExtrapolated,
  plsa,
];

/** The first rule of that name for this loss. @throws NonnegError NONNEG_OPTION, NONNEG_UNSUPPORTED */
export function selectRule(algorithm: string, problem: Demands): Rule {
  const named = rules.filter((rule) => rule.algorithm === algorithm);
  if (named.length === 0) {
    const known = [...new Set(rules.map((rule) => rule.algorithm))].join(", ");
    throw new NonnegError("NONNEG_OPTION", `Algorithm "${algorithm}" is unknown. Known: ${known}.`);
  }
  const rule = named.find((candidate) => candidate.supports(problem));
  if (!rule) {
    const asked = [
      `β = ${problem.beta}`,
      ...(["weights", "penalties", "frozen"] as const).filter((demand) => problem[demand]),
    ];
    const others = rules.filter((other) => other.supports(problem) && !other.onSimplex);
    const able = [...new Set(others.map((other) => other.algorithm))].join(", ");
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `Algorithm "${algorithm}" does not offer ${asked.join(" with ")}. What does: ${able}.`,
    );
  }
  return rule;
}
