/** What numbers have room for: powers of V, very small data, batches that are far apart. */
import { describe, expect, test, vi } from "vitest";
import { factorize, type HostDense, Linalg } from "../src/index.js";
import { fitOn, take } from "./batches.js";
import { expectClose, random, times } from "./host.js";
import { ThreeVerbs } from "./three-verbs.js";

const V: HostDense = {
  rows: 4,
  cols: 3,
  data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 10, 2, 1, 1),
};
const fit = (V: HostDense, loss: number, dtype: "float32" | "float64" = "float64") =>
  fitOn(V, { rank: 2, loss, dtype, maxIterations: 3 });

describe("β", () => {
  test.each([
    [1e9, "float64"],
    [-1e9, "float64"],
    [1100, "float64"],
    [200, "float32"],
    [-60, "float32"],
  ] as const)("β = %f in %s is refused before anything is computed", async (loss, dtype) => {
    const backend = new ThreeVerbs();
    const products = vi.spyOn(backend, "matmul");
    await expect(factorize(new Linalg(backend), V, { rank: 2, loss, dtype })).rejects.toMatchObject(
      {
        code: "NONNEG_OPTION",
        message: expect.stringContaining(`β = ${loss}: `) as string,
      },
    );
    expect(products).not.toHaveBeenCalled();
  });

  test("one that only a WH on the way is too far for is refused when it shows", async () => {
    const init = { W: times(random(4, 1), 1e6), H: random(1, 3) };
    const far = fitOn(V, { rank: 1, loss: 300, init, maxIterations: 0 });
    await expect(far).rejects.toMatchObject({ code: "NONNEG_OPTION" });
    expect((await fit(V, 300)).cost).toBeGreaterThan(0);
  });

  test("the usual losses take any data", async () => {
    const wide = { ...V, data: V.data.map((x, p) => x * 10 ** (p % 2 ? 100 : -200)) };
    for (const loss of [0, 0.5, 1, 1.5, 2]) await fit(wide, loss);
    // A mean that the weights decide.
    const weights = { ...V, data: V.data.map((_, p) => (p === 0 ? 1e-170 : 1)) };
    const spike = { ...V, data: V.data.map((x, p) => (p === 0 ? 1e155 : x)) };
    await fitOn(spike, { rank: 2, weights, maxIterations: 3 });
    await expect(fit(wide, -12)).rejects.toMatchObject({ code: "NONNEG_OPTION" });
  });

  test("an infinite cost is infinite in any units", async () => {
    const init = { W: { rows: 4, cols: 1, data: Float64Array.of(0, 1, 1, 1) } };
    const options = { rank: 1, loss: -100, init, maxIterations: 3 };
    const { cost, objective } = await fitOn(times(V, 1e200), options);
    expect([cost, objective]).toEqual([Infinity, Infinity]);
  });
});

test("subnormal numbers are data as others", async () => {
  for (const loss of [0, 1, 2]) {
    const [one, least] = [await fit(V, loss), await fit(times(V, 2 ** -1040), loss)];
    // The mean has 34 bits there, and moves the start by its rounding.
    const tolerance = 2 ** -30;
    expectClose(least.W, times(one.W, 2 ** -520), tolerance);
    expect(Math.abs(least.relativeError - one.relativeError)).toBeLessThan(tolerance);
  }
});

describe("a batch far from the first", () => {
  test.each([
    [2, 1e300],
    [1, 1e300],
    [0, 1e-300],
    [5, 1e100],
  ])("β = %f, %f times as large, is refused; the model goes on", async (loss, factor) => {
    const first = await take(V, { rank: 2, loss });
    await expect(take(times(V, factor), first.state)).rejects.toMatchObject({
      code: "NONNEG_INVALID_INPUT",
      message: expect.stringMatching(/mean of this batch is about [\d.e+-]+ times/) as string,
    });
    const next = await take(random(5, 3), first.state);
    expect(next.state.batches).toBe(2);
  });

  test("what has room is learned from", async () => {
    const first = await take(V, { rank: 2 });
    const next = await take(times(V, 1e100), first.state);
    expect(next.relativeError).toBeLessThan(0.1);
  });
});
