import { describe, expect, test } from "vitest";
import type { FactorizeOptions } from "../src/index.js";
import { random, startOf } from "./host.js";

describe("the best of several starts", () => {
  const V = random(20, 14, 3);
  const options = { rank: 4, tol: 0, kktTol: 0, maxIterations: 45 };

  test.each(["random", "nndsvdar", "kmeans"] as const)(
    "is the fit of its seed alone, bit for bit: %s",
    async (init) => {
      const best = await startOf(V, { ...options, init, starts: 4, seed: 10 });
      expect(best.starts.map(({ seed }) => seed)).toEqual([10, 11, 12, 13]);
      const least = Math.min(...best.starts.map(({ objective }) => objective));
      expect(best.starts.find(({ seed }) => seed === best.seed)!.objective).toBe(least);
      const alone = await startOf(V, { ...options, init, seed: best.seed });
      expect([best.W, best.H, best.iterations]).toEqual([alone.W, alone.H, 45]);
      expect(best.history.map(({ iteration }) => iteration)).toEqual(
        alone.history.map(({ iteration }) => iteration),
      );
      expect(alone.starts).toEqual([]);
    },
  );

  test("each short fit reaches what a fit of 20 iterations reaches", async () => {
    const best = await startOf(V, { ...options, starts: 3 });
    for (const { seed, objective } of best.starts) {
      const short = await startOf(V, { ...options, seed, maxIterations: 20 });
      expect(objective).toBe(short.history.at(-1)!.objective);
    }
    expect(new Set(best.starts.map(({ objective }) => objective)).size).toBe(3);
  });

  test("an abort in the first of them returns what it reached", async () => {
    const signal = AbortSignal.abort();
    const result = await startOf(V, { ...options, starts: 5, signal });
    expect(result).toMatchObject({ stoppedBy: "aborted", iterations: 0, seed: 0 });
    expect(result.starts).toHaveLength(1);
  });

  test("a time budget is of all of them", async () => {
    const result = await startOf(V, { ...options, starts: 5, timeBudget: 0 });
    expect(result).toMatchObject({ stoppedBy: "timeBudget", iterations: 0, seed: 0 });
    expect(result.starts).toHaveLength(1);
  });

  test.each([
    [{ starts: 2, init: "nndsvd" }],
    [{ starts: 2, init: "separable" }],
    [{ starts: 2, init: { W: random(20, 4), H: random(4, 14) } }],
    [{ starts: 2, hold: "H", init: { H: random(4, 14) } }],
    [{ starts: 0 }],
    [{ starts: 1.5 }],
    [{ starts: 2, seed: 2 ** 53 - 1 }],
    [{ samples: "diagonals" }],
    [{ init: null }],
    [{ init: "NNDSVD" }],
  ])("%j is refused", async (wrong) => {
    const given = { ...options, ...wrong } as unknown as FactorizeOptions;
    await expect(startOf(V, given)).rejects.toMatchObject({ code: "NONNEG_OPTION" });
  });
});

describe("zeros that were given", () => {
  const V = random(6, 5);
  const W = random(6, 2, 2);
  const H = random(2, 5, 3);
  W.data[0] = W.data[3] = 0;
  H.data[7] = 0;

  test("stay, and are counted in a warning, under a rule that cannot leave them", async () => {
    const init = { W, H };
    const start = await startOf(V, { rank: 2, init, maxIterations: 5 });
    expect(start.W.data[0]).toBe(0);
    expect(start.warnings.join()).toMatch(/2 of W and 1 of H, which stay zero/);
    const again = await startOf(V, { rank: 2, resume: start.checkpoint, maxIterations: 10 });
    expect(again.warnings.join()).toMatch(/2 of W and 1 of H/);
    const free = await startOf(V, { rank: 2, init, algorithm: "hals" });
    expect(free.warnings).toEqual([]);
  });

  test("are not counted where they are meant to stay", async () => {
    const held = await startOf(V, { rank: 2, init: { W, H }, hold: "W" });
    expect(held.warnings.join()).toMatch(/zeros, 1 of H/);
    // Of W, entries 0 and 3 lie in columns 0 and 1.
    const frozen = await startOf(V, { rank: 2, init: { W, H }, frozen: { W: [0], H: [1] } });
    expect(frozen.warnings.join()).toMatch(/zeros, 1 of W, which/);
  });
});
