import type { Factor } from "@nonneg/core";
import type { Case } from "../context.js";
import { U64 } from "../precision.js";
import { type Dense64, gradientSplit, references } from "../reference/rules.js";
import type { Approximate } from "../sample.js";
import { factorsOf, problemOf, recipes } from "./instance.js";
import { type Bench, nth } from "./theorem.js";
import { boundedGradient, gradientsAt } from "./walk.js";

/**
 * Each half-step from the backend's own iterate, against the formulas in float64; and the gradient
 * that it reports, ∇ = denominator − numerator at the point it left.
 */
export function stepCases(bench: Bench): readonly Case[] {
  const { context, subject } = bench;
  const reference = references[subject.rule.algorithm];
  // The reference is computed in float64 itself.
  const around = (values: Float64Array, { rows, cols, bound }: Approximate): Approximate => ({
    rows,
    cols,
    values,
    bound: bound.map((b) => b * (1 + U64 / context.u)),
  });

  const step = bench.theorem("each step is the formula's", recipes, async (recipe) => {
    const walk = await bench.fit(recipe);
    for (const taken of walk.steps) {
      const { from, factor, next } = taken;
      const bounds = (await bench.bound(from, factor)).next;
      const exact = reference?.(problemOf(from), factorsOf(from), factor).data ?? bounds.values;
      bench.compare(nth(walk, taken), from, next, around(exact, bounds));
    }
  });

  const gradient = bench.theorem("the gradient split is right", recipes, async (recipe) => {
    const walk = await bench.fit(recipe);
    for (const taken of walk.steps) {
      const { from, factor } = taken;
      const bounds = await bench.bound(from, factor);
      const split = gradientSplit(problemOf(from), factorsOf(from), factor);
      for (const part of ["numerator", "denominator"] as const) {
        const exact = like(bounds[part], split[part], factor);
        bench.compare(
          `${part} of ${nth(walk, taken)}`,
          from,
          taken[part],
          around(exact, bounds[part]),
        );
      }
    }
    const start = bench.instance(recipe);
    const given = await gradientsAt(context.la(), start);
    for (const factor of ["W", "H"] as const) {
      const bounds = boundedGradient(context, start, factor);
      const split = gradientSplit(problemOf(start), factorsOf(start), factor);
      for (const part of ["numerator", "denominator"] as const) {
        const exact = like(bounds[part], split[part], factor);
        bench.compare(
          `${part} of the gradient by ${factor}`,
          start,
          given[factor][part],
          around(exact, bounds[part]),
        );
      }
    }
  });

  return subject.readsBack ? [gradient] : [step, gradient];
}

/** A part that is the same along a row of H, or a column of W, may be given once for all of it. */
function like({ rows, cols }: Approximate, part: Dense64, factor: Factor): Float64Array {
  if (rows === part.rows && cols === part.cols) return part.data;
  return factor === "H"
    ? part.data.filter((_, i) => i % part.cols === 0)
    : part.data.slice(0, part.cols);
}
