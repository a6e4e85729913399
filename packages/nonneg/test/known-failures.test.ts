/** What users of other libraries ran into. */
import { describe, expect, test } from "vitest";
import { factorize, type HostDense, type Options } from "../src/index.js";
import { difference, float32, product, random, times } from "./generated.js";

const V = random(40, 30, 3);
const base = { rank: 4, backend: "js" } as const;
const ALGORITHMS = ["multiplicative", "hals", "anls", "nenmf", "conjugate-gradient"] as const;
const l2 = (x: number) => ({ penalties: { W: { l2: x }, H: { l2: x } } });
const size = ({ data }: HostDense): number => Math.hypot(...data);

describe.each(ALGORITHMS)("%s", (algorithm) => {
  test("a warm start with L2 goes on to the lower objective: the stop rule sees penalties", async () => {
    const free = await factorize(V, { ...base, algorithm });
    // The same product, so nothing is left to gain but the penalty, which is far from balanced.
    const init = { W: times(free.W, 16), H: times(free.H, 1 / 16) };
    const options = { ...base, algorithm, init, ...l2(0.5), maxIterations: 3000 } as Options;
    const warm = await factorize(V, options);
    const penalty = 0.25 * (size(init.W) ** 2 + size(init.H) ** 2);
    expect(warm.history[0]!.objective).toBeCloseTo(free.cost + penalty, 6);
    // What rescaling W and H alone would reach: cost + ½ · 0.5 · 2 ‖W‖‖H‖ at the best scale.
    const balanced = free.cost + 0.5 * size(free.W) * size(free.H);
    expect(warm.objective).toBeLessThan(balanced);
  });

  test("a restart from a solution stops at its first check", async () => {
    const options = { ...base, algorithm, tol: 0, kktTol: 1e-3, maxIterations: 20_000 };
    const solved = await factorize(V, options);
    expect(solved.stoppedBy).toBe("kktTol");
    const again = await factorize(V, { ...options, init: { W: solved.W, H: solved.H } });
    expect([again.stoppedBy, again.history.length]).toEqual(["kktTol", 1]);
    const resumed = await factorize(V, { ...options, resume: solved.checkpoint });
    expect([resumed.stoppedBy, resumed.iterations]).toEqual(["kktTol", solved.iterations]);
  });

  test("an exact fit has a residual that is right, in float32 too", async () => {
    const W = random(40, 4, 5);
    const H = random(4, 30, 6);
    const exact = float32(product(W, H));
    const options = { ...base, algorithm, maxIterations: 300, tol: 0, kktTol: 0 };
    const model = await factorize(exact, options);
    const seen = difference(exact, product(model.W, model.H));
    expect(seen).toBeLessThan(0.05);
    // The certificate takes V, W and H in float32 as they are, and computes in float64.
    expect(Math.abs(model.relativeError - seen)).toBeLessThan(1e-6 * seen + 1e-12);
  });

  test.each(["float32", "float64"] as const)("no NaN from 0/0, %s", async (dtype) => {
    const holes: HostDense = {
      ...V,
      // A row, a column and a block of zeros.
      data: V.data.map((v, p) => (p < 30 || p % 30 === 7 || (p > 600 && p % 30 > 20) ? 0 : v)),
    };
    const zero: HostDense = { ...V, data: new Float64Array(V.data.length) };
    const W = random(40, 4, 8);
    // A dead component, and a row of W that says nothing.
    const dead: HostDense = {
      ...W,
      data: W.data.map((w, p) => (p % 4 === 1 || p < 4 ? 0 : w)),
    };
    const losses = algorithm === "multiplicative" ? [2, 1, 1.5, 3] : [2];
    for (const loss of losses) {
      for (const data of [holes, zero]) {
        for (const init of [{}, { init: { W: dead, H: random(4, 30, 9) } }]) {
          const given = { ...base, ...init, algorithm, loss, dtype, maxIterations: 30 } as Options;
          const model = await factorize(data, given);
          for (const { data: entries } of [model.W, model.H])
            expect(entries.every((x) => Number.isFinite(x) && x >= 0)).toBe(true);
          const { cost, objective, relativeError, kkt } = model;
          // Infinity is an answer; NaN is none.
          expect([cost, objective, relativeError, kkt].some(Number.isNaN)).toBe(false);
        }
      }
    }
  });
});

test("NNDSVDa of 100 V is 10 times the factors of V", async () => {
  const start = (data: HostDense) =>
    factorize(data, { ...base, init: "nndsvda", maxIterations: 0 });
  const [one, hundred] = [await start(V), await start(times(V, 100))];
  expect(difference(times(one.W, 10), hundred.W)).toBeLessThan(1e-9);
  expect(difference(times(one.H, 10), hundred.H)).toBeLessThan(1e-9);
});

test.each([0.01, 1, 100])("KL with an L2 penalty of %d never rises", async (weight) => {
  const model = await factorize(V, {
    ...base,
    loss: "kullback-leibler",
    ...l2(weight),
    tol: 0,
    kktTol: 0,
    maxIterations: 200,
    checkEvery: 1,
  });
  model.history.reduce((before, now) => {
    // A sum of 1200 terms, pairwise, and the rounding of WH.
    expect(now.objective).toBeLessThanOrEqual(before.objective * (1 + 32 * 2 ** -53));
    return now;
  });
});
