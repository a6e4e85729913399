/** Options that are refused, and those that TypeScript refuses. */
import { expect, test } from "vitest";
import { factorize, type FactorizeOptions, Linalg } from "../src/index.js";
import { random, times } from "./host.js";
import { ThreeVerbs } from "./three-verbs.js";

test.each([
  [{ rank: 0 }, "NONNEG_RANK"],
  [{ rank: -1 }, "NONNEG_RANK"],
  [{ rank: 1.5 }, "NONNEG_RANK"],
  [{ rank: 1e9 }, "NONNEG_RANK"],
  [{ rank: NaN }, "NONNEG_RANK"],
  [{ rank: 2, tol: -1 }, "NONNEG_OPTION"],
  [{ rank: 2, tol: NaN }, "NONNEG_OPTION"],
  [{ rank: 2, loss: "hinge" }, "NONNEG_OPTION"],
  [{ rank: 2, algorithm: "magic" }, "NONNEG_OPTION"],
  [{ rank: 2, colour: "red" }, "NONNEG_OPTION"],
  [{ rank: 2, dtype: "float16" }, "NONNEG_OPTION"],
  [{ rank: 2, hold: "H" }, "NONNEG_OPTION"],
  [{ rank: 2, init: "magic" }, "NONNEG_OPTION"],
  [{ rank: 2, checkEvery: 0 }, "NONNEG_OPTION"],
  [{ rank: 2, penalties: 3 }, "NONNEG_OPTION"],
  [{ rank: 2, penalties: { w: { l1: 1 } } }, "NONNEG_OPTION"],
  [{ rank: 2, penalties: { W: { l3: 1 }, H: { l1: 1 } } }, "NONNEG_OPTION"],
  [{ rank: 2, penalties: { W: 1, H: 1 } }, "NONNEG_OPTION"],
  [{ rank: 2, frozen: 3 }, "NONNEG_OPTION"],
  [{ rank: 2, frozen: { w: [0] } }, "NONNEG_OPTION"],
  [{ rank: 2, frozen: { W: { 0: 1 } } }, "NONNEG_OPTION"],
  [{ rank: 2, frozen: { W: 3 } }, "NONNEG_OPTION"],
  [{ rank: 2, resume: {} }, "NONNEG_OPTION"],
  [{ rank: 2, onIteration: 3 }, "NONNEG_OPTION"],
  [{ rank: 2, signal: 3 }, "NONNEG_OPTION"],
  [{ rank: 2, init: { W: random(3, 3) } }, "NONNEG_SHAPE_MISMATCH"],
  [{ rank: 2, init: { W: times(random(4, 2), -1) } }, "NONNEG_NEGATIVE_INPUT"],
])("%j is refused as %s", async (options, code) => {
  const backend = new ThreeVerbs();
  const wrong = options as unknown as FactorizeOptions;
  const fitting = factorize(new Linalg(backend), random(4, 5), wrong);
  await expect(fitting).rejects.toMatchObject({ code });
  expect(backend.live).toBe(0);
});

test("TypeScript refuses a held factor that is not given", () => {
  // @ts-expect-error hold: "H" without init.H
  const wrong: FactorizeOptions = { rank: 2, hold: "H", init: { W: random(2, 2) } };
  expect(wrong.hold).toBe("H");
});

test("a dtype the backend lacks is an error by name, a warning when inferred", async () => {
  const la = new Linalg(new ThreeVerbs(["float32"]));
  await expect(factorize(la, random(4, 5), { rank: 2, dtype: "float64" })).rejects.toMatchObject({
    code: "NONNEG_DTYPE",
  });
  const result = await factorize(la, random(4, 5), { rank: 2 });
  expect(result.dtype).toBe("float32");
  expect(result.warnings.join()).toMatch(/float64.*float32/);
});
