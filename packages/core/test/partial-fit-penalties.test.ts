/** Penalties on batches of samples, and on the basis learned from them. */
import { describe, expect, test } from "vitest";
import type { PartialFit, PartialFitStart, PartialState } from "../src/index.js";
import { fitOn, planted, take } from "./batches.js";
import { expectClose, random } from "./host.js";

const PENALTIES = {
  l1: { W: { l1: 0.02 }, H: { l1: 0.05 } },
  l2: { W: { l2: 0.03 }, H: { l2: 0.1 } },
  both: { W: { l1: 0.01, l2: 0.05 }, H: { l1: 0.02, l2: 0.04 } },
} as const;
const LOSSES = [-1, 0, 0.5, 1, 1.5, 2, 3];

describe.each(["l1", "l2", "both"] as const)("penalties: %s", (name) => {
  const penalties = PENALTIES[name];

  test.each(LOSSES)("one batch takes the plain steps: β = %f", async (loss) => {
    const [V, H] = [planted(14, 9), random(3, 9, 3)];
    const options = { innerIterations: 7, steps: 3, penalties };
    const fit = await take(V, { rank: 3, loss, init: H }, options);
    const common = { rank: 3, loss, penalties } as const;
    const before = await fitOn(V, { ...common, hold: "H", init: { H }, maxIterations: 7 });
    const init = { W: before.W, H };
    const after = await fitOn(V, { ...common, init, first: "H", maxIterations: 3 });
    expectClose(fit.coefficients, after.W, 1e-12);
    expectClose(fit.basis, after.H, 1e-12);
    expect([fit.cost, fit.objective]).toEqual([before.cost, before.objective]);
    expect(fit.objective).toBeGreaterThan(fit.cost);
  });

  test.each(LOSSES)("no step raises the objective of a first batch: β = %f", async (loss) => {
    const V = planted(12, 7);
    const objectives: number[] = [];
    for (let steps = 1; steps <= 8; steps++) {
      const from = { rank: 3, loss, seed: 4 };
      const { basis, coefficients } = await take(V, from, { steps, penalties });
      const init = { W: coefficients, H: basis };
      const { objective } = await fitOn(V, { rank: 3, loss, init, penalties, maxIterations: 0 });
      objectives.push(objective);
    }
    const allowed = 12 * 7 * Number.EPSILON * objectives[0]!;
    for (const [s, objective] of objectives.slice(1).entries()) {
      expect(objective).toBeLessThanOrEqual(objectives[s]! + allowed);
    }
    expect(objectives.at(-1)).toBeLessThan(objectives[0]!);
  });
});

// The same batch over and over: 1 + m + m² + … = 1/(1 − m) times its terms beside one penalty.
test.each([1, 1.5, 2])("the penalty of the basis counts once: β = %f", async (loss) => {
  const V = planted(12, 7);
  const memory = 0.5;
  for (const kind of ["l1", "l2"]) {
    const penalty = (size: number) => ({ W: { [kind]: 0.5 }, H: { [kind]: size } });
    const options = { memory, innerIterations: 40, steps: 5, penalties: penalty(1) };
    let from: PartialState | PartialFitStart = { rank: 1, loss };
    let fit: PartialFit | undefined;
    for (let batch = 0; batch < 100; batch++) {
      fit = await take(V, from, options);
      from = fit.state;
    }
    const init = { W: fit!.coefficients, H: fit!.basis };
    const residual = async (size: number) => {
      const all = { rank: 1, loss, init, penalties: penalty(size), maxIterations: 0 };
      return (await fitOn(V, all)).kkt;
    };
    expect(await residual(1 - memory)).toBeLessThan(1e-6);
    expect(await residual(1)).toBeGreaterThan(1e-2);
  }
});

test("a penalty does not wipe out what no batch has shown", async () => {
  const V = planted(20, 6);
  const hidden = { ...V, data: V.data.map((x, p) => (p % 6 === 2 ? NaN : x)) };
  const penalties = { W: { l1: 0.01 }, H: { l1: 0.01 } };
  const first = await take(hidden, { rank: 2, seed: 1 }, { missing: "nan", penalties });
  let { state } = first;
  for (let pass = 0; pass < 40; pass++) state = (await take(V, state, { penalties })).state;
  const { relativeError } = await take(V, state);
  expect(relativeError).toBeLessThan(0.1);
});
