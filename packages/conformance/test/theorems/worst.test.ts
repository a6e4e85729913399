import { describe, test } from "vitest";
import { groups } from "../../src/suite.js";
import { theoremsFamily } from "../../src/theorems/index.js";
import { WorstBackend } from "./worst-backend.js";

const seed = Number(process.env["NONNEG_SEED"] ?? 1);
const create = async () => new WorstBackend(seed);
const options = { name: "worst", seed, runs: Number(process.env["NONNEG_RUNS"] ?? 15), create };

/** The bounds hold for a backend that errs as far as it may in every single operation. */
for (const { name, cases } of groups(await create(), options, { theorems: theoremsFamily })) {
  describe(name, () => {
    for (const { name: title, run } of cases) test(title, run);
  });
}
