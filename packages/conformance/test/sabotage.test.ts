import { createJsBackend } from "@nonneg/backend-js";
import { type Case, families, groups } from "@nonneg/conformance";
import type { Backend, Dtype } from "@nonneg/core";
import { describe, expect, test } from "vitest";
import { contract } from "./sabotage/contract.js";
import { kernels } from "./sabotage/kernels.js";
import type { Sabotage } from "./sabotage/sabotage.js";
import { transfer } from "./sabotage/transfer.js";
import { verbs } from "./sabotage/verbs.js";

const sabotages: readonly Sabotage[] = [...verbs, ...kernels, ...contract, ...transfer];

/** The suite bites: each defect is caught by the case that should catch it, which a sound backend passes. */
describe(`${sabotages.length} sabotaged backends`, () => {
  for (const { defect, family, dtype, caughtBy, message, create } of sabotages) {
    test(defect, { timeout: 60_000 }, async () => {
      await caseOf(createJsBackend, family, dtype, caughtBy).run();
      await expect(caseOf(create, family, dtype, caughtBy).run()).rejects.toThrow(message);
    });
  }
});

function caseOf(create: () => Backend, family: string, dtype: Dtype, name: string): Case {
  const options = { name: "js", seed: 1, runs: 5, create: async () => create() };
  const chosen = groups(create(), options, { [family]: families[family]! });
  const found = chosen
    .find((group) => group.dtype === dtype)!
    .cases.find((one) => one.name === name);
  expect(found, `a case "${name}" in "${family}"`).toBeDefined();
  return found!;
}
