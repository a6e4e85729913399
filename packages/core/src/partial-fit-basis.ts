/** What batches say of a basis, added up, and the step on the basis that follows from it. */
import type { Factor } from "./backend.js";
import { gradientTerms } from "./gradient.js";
import type { HostDense } from "./host-matrix.js";
import type { Linalg } from "./linalg.js";
import { type Matrix, type Terms, terms } from "./matrix.js";
import type { Factors, Problem } from "./rules/index.js";
import { exponent as exponentOf } from "./rules/multiplicative-beta.js";
import { penalised } from "./rules/penalty.js";

/** memory · past */
export function faded(la: Linalg, memory: number, past: HostDense): Matrix {
  using before = la.upload(past);
  return la.mul(memory, before);
}

/** B^(1/γ) ∘ N and P at the basis B, penalties left out, and what is kept of the batches before. */
export function surrogate(
  la: Linalg,
  problem: Problem,
  at: Factors,
  factor: Factor,
  past: { readonly numerator: Matrix; readonly denominator: Matrix } | undefined,
): Terms {
  const split = gradientTerms(la, { ...problem, penalties: undefined }, at, factor);
  const gamma = exponentOf(problem.beta, false);
  using N = split.numerator;
  using weight = la.elementwise("pow", [at[factor], 1 / gamma]);
  const own = terms(la.mul(weight, N), split.denominator);
  if (!past) return own;
  using now = own;
  return terms(la.add(past.numerator, now.numerator), la.add(past.denominator, now.denominator));
}

/**
 * B ← B^(1−δ/γ) ∘ (A ⊘ (C + l1 + l2 B))^δ, δ the exponent of the rule with its penalties: the
 * multiplicative step where A = B^(1/γ) ∘ N, and (A ⊘ (C + l1))^γ without an L2 penalty. What no
 * batch has said anything about stays, whatever the penalty.
 */
export function minimiser(
  la: Linalg,
  { beta, penalties }: Problem,
  basis: Matrix,
  factor: Factor,
  { numerator, denominator }: Terms,
): Matrix {
  const penalty = penalties?.[factor];
  const gamma = exponentOf(beta, false);
  const delta = exponentOf(beta, (penalty?.l2 ?? 0) > 0);
  using from =
    delta === gamma
      ? la.full(basis.rows, basis.cols, 1, basis.dtype)
      : la.elementwise("pow", [basis, 1 - delta / gamma]);
  using whole = penalised(la, la.mul(1, denominator), basis, penalty);
  using ratio = la.scaleByRatio(from, numerator, whole, delta);
  using silent = la.elementwise("lessEqual", [denominator, 0]);
  return la.elementwise("select", [silent, basis, ratio]);
}
