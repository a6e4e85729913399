import { provider } from "@nonneg/backend-js";
import { describe, expect, test } from "vitest";
import { groups } from "../../src/suite.js";
import { theoremsOf } from "../../src/theorems/index.js";
import { coordinateDescent, projectedGradient, readingGradient } from "./new-rules.js";
import { WorstBackend } from "./worst-backend.js";

const options = {
  seed: Number(process.env["NONNEG_SEED"] ?? 1),
  runs: Number(process.env["NONNEG_RUNS"] ?? 15),
};
const theorems = theoremsOf([coordinateDescent, projectedGradient, readingGradient]);

/** A new rule is an entry of its own making: nothing in the suite knows these. */
for (const create of [() => provider.create(), async () => new WorstBackend(options.seed)]) {
  const backend = await create();
  for (const { name, cases } of groups(
    backend,
    { ...options, name: backend.name, create },
    { theorems },
  )) {
    describe(`${backend.name}, ${name}`, () => {
      for (const { name: title, run } of cases) test(title, run);
      test("every rule is tested", () => {
        expect(cases.filter((c) => c.name.startsWith("coordinate descent")).length).toBeGreaterThan(
          10,
        );
      });
    });
  }
}
