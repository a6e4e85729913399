/** Rules that core does not have: what a new one must bring so that the theorems are tested on it. */
import {
  type Factor,
  type Factors,
  gradientTerms,
  halfStep,
  type Linalg,
  type Matrix,
  type Rule,
  Scope,
} from "@nonneg/core";

const euclidean: Rule["supports"] = ({ beta, weights }) => beta === 2 && !weights;

/** Coordinate descent (HALS): one component after the other, each to its minimiser. */
export const coordinateDescent: Rule = {
  algorithm: "hals",
  title: "coordinate descent",
  guarantees: { monotone: true, zerosStay: false, conservesSums: false, scales: true },
  supports: euclidean,
  step(la, problem, at, factor) {
    const split = gradientTerms(la, problem, at, factor);
    using gram = gramOf(la, at, factor);
    const options = { factor, ...(problem.penalties?.[factor] ?? { l1: 0, l2: 0 }) };
    const next = la.coordinateSweep(at[factor], gram, split.numerator, options);
    return halfStep(split, next);
  },
};

/** Projected gradient: x ← max(0, x − ∇/L), L = l2 + Σ (WᵀW)_ab, no less than the largest curvature. */
export const projectedGradient: Rule = {
  algorithm: "gradient",
  title: "projected gradient",
  guarantees: { monotone: true, zerosStay: false, conservesSums: false, scales: true },
  supports: euclidean,
  step(la, problem, at, factor) {
    const split = gradientTerms(la, problem, at, factor);
    using gram = gramOf(la, at, factor);
    using sum = la.sum(gram);
    using L = la.add(sum, problem.penalties?.[factor].l2 ?? 0);
    return halfStep(split, descend(la, at[factor], split, L));
  },
};

/** The same, L read back. */
export const readingGradient: Rule = {
  ...projectedGradient,
  algorithm: "reading-gradient",
  title: "projected gradient, read back",
  async step(la, problem, at, factor) {
    using gram = gramOf(la, at, factor);
    using sum = la.sum(gram);
    const [total = 0] = await la.scalars(sum);
    using again = la.full(1, 1, total + (problem.penalties?.[factor].l2 ?? 0), at.W.dtype);
    const split = gradientTerms(la, problem, at, factor);
    return halfStep(split, descend(la, at[factor], split, again));
  },
};

/** (6) with η = 1 and no projection: neither monotone nor in the orthant. */
export const unprojected: Rule = {
  algorithm: "additive",
  title: "additive, not projected",
  guarantees: { monotone: false, zerosStay: false, conservesSums: false, scales: true },
  supports: euclidean,
  step(la, problem, at, factor) {
    const split = gradientTerms(la, problem, at, factor);
    using gradient = la.sub(split.denominator, split.numerator);
    return halfStep(split, la.sub(at[factor], gradient));
  },
};

function gramOf(la: Linalg, { W, H }: Factors, factor: Factor): Matrix {
  return factor === "H" ? la.gram(W, "AtA") : la.gram(H, "AAt");
}

function descend(
  la: Linalg,
  x: Matrix,
  { numerator, denominator }: { readonly numerator: Matrix; readonly denominator: Matrix },
  L: Matrix,
): Matrix {
  using scope = new Scope();
  const { own } = scope;
  const flat = own(la.elementwise("lessEqual", [L, 0]));
  const size = own(la.elementwise("select", [flat, 1, L]));
  const gradient = own(la.sub(denominator, numerator));
  const moved = own(la.max(0, own(la.sub(x, own(la.div(gradient, size))))));
  return la.elementwise("select", [flat, x, moved]);
}
