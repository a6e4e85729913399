/** Rules with one defect each. */
import {
  gradientTerms,
  halfStep,
  type HalfStep,
  type Linalg,
  type Matrix,
  type Rule,
  rules,
  type Terms,
  terms,
} from "@nonneg/core";
import { coordinateDescent, unprojected } from "./new-rules.js";
import {
  STEP,
  RISE,
  EXACT,
  STATIONARY,
  HELD,
  ZEROS,
  SCALE,
  ORDER,
  TRANSPOSED,
  GRADIENT,
  SUMS,
  DRIFT,
  ORTHANT,
  FALLS,
  SIMPLEX,
  type Sabotage,
} from "./sabotage.js";

const [first, second, anyBeta] = rules as readonly [Rule, Rule, Rule];
export const [euclidean, divergence] = [first, second];
/** Two losses, on both sides of where γ = 1, are enough to catch what is wrong with all. */
export const beta: Rule = { ...anyBeta, supports: (problem) => [0.5, 3].includes(problem.beta) };
type Step = (...args: Parameters<Rule["step"]>) => HalfStep;

/** The rule, its own step handed to `step`. */
function broken(
  rule: Rule,
  step: (original: Step, ...args: Parameters<Rule["step"]>) => HalfStep,
): Rule {
  const original: Step = (...args) => rule.step(...args) as HalfStep;
  return { ...rule, step: (...args) => step(original, ...args) };
}

/** The rule with the factor it moved to changed by `change`. */
function changed(rule: Rule, change: (la: Linalg, next: Matrix) => Matrix): Rule {
  return broken(rule, (original, la, ...rest) => {
    const step = original(la, ...rest);
    using next = step.next;
    return halfStep(step, change(la, next));
  });
}

/** A multiplicative rule whose factor is made of the gradient split by `ratio`. */
function withRatio(rule: Rule, ratio: (la: Linalg, x: Matrix, split: Terms) => Matrix): Rule {
  return broken(rule, (_, la, problem, at, factor) => {
    const split = gradientTerms(la, problem, at, factor);
    return halfStep(split, ratio(la, at[factor], split));
  });
}

const ruleOf = (algorithm: string): Rule => rules.find((rule) => rule.algorithm === algorithm)!;

/** The rule, each step so many times as long as it was, and projected again. */
function overshooting(rule: Rule, length: number): Rule {
  return {
    ...rule,
    async step(la, problem, at, factor) {
      const step = await rule.step(la, problem, at, factor);
      using next = step.next;
      using move = la.sub(next, at[factor]);
      using longer = la.mul(length, move);
      using far = la.add(at[factor], longer);
      return halfStep(step, la.max(far, 0));
    },
  };
}

const epsilon = (rule: Rule) =>
  withRatio(rule, (la, x, { numerator, denominator }) => {
    using lifted = la.add(denominator, 1e-9);
    return la.scaleByRatio(x, numerator, lifted);
  });

/** The step on W goes by an H that is not the one it came to. */
function stale(rule: Rule): Rule {
  return {
    ...rule,
    step(la, problem, at, factor) {
      if (factor === "H") return rule.step(la, problem, at, factor);
      using old = la.full(at.H.rows, at.H.cols, 1, at.H.dtype);
      return rule.step(la, problem, { W: at.W, H: old }, factor);
    },
  };
}

export const sabotagedRules: readonly Sabotage[] = [
  {
    name: "the constant η is not the one given",
    dtype: "float32",
    rule: {
      ...ruleOf("additive"),
      step: (la, { eta, ...problem }, at, factor) =>
        ruleOf("additive").step(
          la,
          { ...problem, eta: eta && { W: 2 * eta.W, H: 2 * eta.H } },
          at,
          factor,
        ),
    },
    caughtBy: [STEP],
  },
  {
    name: "(6) with a little more than (7)",
    dtype: "float32",
    rule: changed(ruleOf("additive-rescaled"), (la, next) => la.mul(next, 1.001)),
    caughtBy: [STEP, EXACT, DRIFT, STATIONARY],
  },
  ...["additive-line-search", "conjugate-gradient", "nenmf"].map((algorithm) => ({
    name: `${algorithm} goes too far`,
    dtype: "float32" as const,
    rule: overshooting(ruleOf(algorithm), 3),
    caughtBy: [RISE],
  })),
  {
    name: "extrapolated HALS without state reports the gradient of another point",
    dtype: "float32",
    rule: {
      ...ruleOf("hals-extrapolated"),
      async step(la, problem, at, factor) {
        using W = la.mul(2, at.W);
        using H = la.mul(0.25, at.H);
        return await ruleOf("hals-extrapolated").step(la, problem, { W, H }, factor);
      },
    },
    caughtBy: [GRADIENT],
  },
  {
    name: "PLSA does not come back to the simplex",
    dtype: "float32",
    rule: changed(ruleOf("plsa"), (la, next) => la.mul(next, 1.001)),
    caughtBy: [STEP, SIMPLEX, EXACT],
  },
  {
    name: "the exponent γ is forgotten",
    dtype: "float32",
    rule: withRatio(beta, (la, x, { numerator, denominator }) =>
      la.scaleByRatio(x, numerator, denominator, 1),
    ),
    // Févotte and Idier saw D_β fall without γ too; it is the proof that needs it.
    caughtBy: [STEP],
  },
  {
    name: "(4) takes more than the square of the ratio",
    dtype: "float32",
    rule: withRatio(euclidean, (la, x, { numerator, denominator }) =>
      la.scaleByRatio(x, numerator, denominator, 2.5),
    ),
    caughtBy: [STEP, RISE, HELD],
  },
  {
    name: "(5) takes the root of the ratio",
    dtype: "float32",
    rule: withRatio(divergence, (la, x, { numerator, denominator }) =>
      la.scaleByRatio(x, numerator, denominator, 0.5),
    ),
    caughtBy: [STEP, SUMS],
  },
  {
    name: "the step under an L2 penalty takes the γ of one without",
    dtype: "float32",
    rule: {
      ...withRatio(anyBeta, (la, x, { numerator, denominator }) =>
        la.scaleByRatio(x, numerator, denominator, 1),
      ),
      supports: ({ beta, penalties }) => beta === 1 && penalties !== undefined,
    },
    caughtBy: [STEP, RISE],
  },
  {
    name: "a rule that takes penalties forgets them",
    dtype: "float32",
    rule: {
      ...broken(coordinateDescent, (original, la, { beta, V }, at, factor) =>
        original(la, { beta, V }, at, factor),
      ),
      supports: ({ beta, penalties }) => beta === 2 && penalties !== undefined,
    },
    caughtBy: [GRADIENT, FALLS],
  },
  {
    name: "1e-9 in the denominator of (4), float64",
    dtype: "float64",
    rule: epsilon(euclidean),
    caughtBy: [STEP, EXACT, DRIFT, STATIONARY, SCALE],
  },
  {
    name: "1e-9 in the denominator of (4), float32",
    dtype: "float32",
    rule: epsilon(euclidean),
    caughtBy: [SCALE],
  },
  {
    name: "1e-9 in the denominator of (5)",
    dtype: "float64",
    rule: epsilon(divergence),
    caughtBy: [STEP, EXACT, DRIFT, STATIONARY, SCALE, SUMS],
  },
  {
    name: "zeros are lifted",
    dtype: "float32",
    rule: changed(euclidean, (la, next) => la.max(next, 1e-12)),
    caughtBy: [ZEROS, STEP],
  },
  {
    name: "a constant is added to the factor",
    dtype: "float32",
    rule: changed(beta, (la, next) => la.add(next, 1e-5)),
    caughtBy: [STEP, ZEROS, EXACT, DRIFT, STATIONARY, SCALE],
  },
  {
    name: "the step on W does not see the step on H",
    dtype: "float32",
    rule: stale(euclidean),
    caughtBy: [STEP, GRADIENT, RISE, EXACT, TRANSPOSED, STATIONARY],
  },
  {
    name: "a factor is not moved at all",
    dtype: "float32",
    rule: withRatio(beta, (la, x) => la.add(x, 0)),
    caughtBy: [STEP, FALLS],
  },
  {
    name: "the step on H is half of one",
    dtype: "float32",
    rule: broken(euclidean, (original, la, problem, at, factor) => {
      const step = original(la, problem, at, factor);
      if (factor === "W") return step;
      using whole = step.next;
      using sum = la.add(whole, at.H);
      return halfStep(step, la.mul(0.5, sum));
    }),
    caughtBy: [STEP, TRANSPOSED],
  },
  {
    name: "numerator and denominator are exchanged",
    dtype: "float32",
    rule: broken(divergence, (original, ...args) => {
      const { numerator, denominator, next } = original(...args);
      return halfStep(terms(denominator, numerator), next);
    }),
    caughtBy: [GRADIENT],
  },
  {
    name: "the first component moves further",
    dtype: "float32",
    rule: broken(beta, (original, la, problem, at, factor) => {
      const step = original(la, problem, at, factor);
      using next = step.next;
      const rank = at.W.cols;
      const data = Float32Array.from({ length: rank }, (_, a) => (a === 0 ? 1.001 : 1));
      using scale = la.upload(
        factor === "H" ? { rows: rank, cols: 1, data } : { rows: 1, cols: rank, data },
      );
      return halfStep(step, la.mul(next, scale));
    }),
    caughtBy: [STEP, ORDER, EXACT, STATIONARY],
  },
  {
    name: "an additive step leaves the orthant",
    dtype: "float32",
    rule: unprojected,
    caughtBy: [ORTHANT],
  },
  {
    name: "a rule claims to be monotone and is not",
    dtype: "float32",
    rule: { ...unprojected, guarantees: { ...unprojected.guarantees, monotone: true } },
    caughtBy: [RISE, FALLS, HELD],
  },
  {
    name: "NaN where 0 is divided by 0",
    dtype: "float32",
    rule: withRatio(euclidean, (la, x, { numerator, denominator }) => {
      using ratio = la.div(numerator, denominator);
      return la.mul(x, ratio);
    }),
    caughtBy: [STEP, ORTHANT, ZEROS],
  },
];
