import { provider } from "@nonneg/backend-js";
import { expect, test } from "vitest";
import { groups } from "../../src/suite.js";
import { theoremsOf } from "../../src/theorems/index.js";
import { sabotagedBackends } from "./sabotaged-backends.js";
import { sabotagedRules } from "./sabotaged-rules.js";

/** Which of several theorems shows a defect depends on the random data: these are always the same. */
const seed = 1;

for (const { name, dtype, rule, backend, caughtBy } of [...sabotagedRules, ...sabotagedBackends]) {
  test(`${name}: caught`, async () => {
    const create = async () => {
      const intact = await provider.create();
      return backend?.(intact) ?? intact;
    };
    const [group] = groups(
      await create(),
      { name, seed, runs: 15, create },
      {
        theorems: theoremsOf([rule]),
      },
    ).filter((one) => one.dtype === dtype);
    const caught = new Set<string>();
    for (const { name: title, run } of group!.cases) {
      await run().catch((error: unknown) => {
        expect(String(error)).toContain(rule.title);
        caught.add(title.slice(title.lastIndexOf(": ") + 2));
      });
    }
    expect([...caught]).toEqual(expect.arrayContaining([...caughtBy]));
  }, 60_000);
}
