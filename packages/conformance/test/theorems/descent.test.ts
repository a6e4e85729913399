import { rules } from "@nonneg/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gamma } from "../../src/bounds.js";
import { objective } from "../../src/reference/rules.js";
import { objectiveChange } from "../../src/theorems/descent.js";
import { factorsOf, problemOf, recipes } from "../../src/theorems/instance.js";
import { randomInstance } from "../../src/theorems/random-instances.js";
import { subjectsOf } from "../../src/theorems/subjects.js";
import { rough } from "./worst-backend.js";

test("the change of the objective is the difference of two objectives", () => {
  const subjects = subjectsOf(rules, rough).filter(({ penalised }) => !penalised);
  fc.assert(
    fc.property(
      fc.constantFrom(...subjects),
      recipes,
      fc.constantFrom("W", "H"),
      fc.constantFrom(2 ** -20, 0.3, 3),
      (subject, recipe, factor, step) => {
        const from = randomInstance(subject, "float64", recipe);
        const problem = problemOf(from);
        const at = factorsOf(from);
        const { rows, cols, data } = at[factor];
        // Some entries move a little, some far, some not at all, and one may become zero.
        const next = {
          rows,
          cols,
          data: data.map((x, i) => (i === 1 ? 0 : x * (1 + step * Math.sin(i) ** 2))),
        };
        const before = objective(problem, at);
        const after = objective(problem, { ...at, [factor]: next });
        const change = objectiveChange(problem, at, factor, next);
        expect(change.infiniteBefore).toBe(before.infinite);
        expect(change.infiniteAfter).toBe(after.infinite);
        if (before.infinite !== after.infinite) return;
        const difference = after.finite - before.finite;
        // Of β ≤ 3 powers of an entry of WH, and of the sum.
        const roundings = gamma(4 * recipe.k + recipe.m * recipe.n + 16, 2 ** -53);
        const error = change.error + roundings * (before.size + after.size);
        expect(Math.abs(change.value - difference)).toBeLessThanOrEqual(error);
      },
    ),
    { seed: 1, numRuns: 2000 },
  );
});
