/** What every update rule owes a fit: descent or its best iterate, a certificate, and a way to go on. */
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type Algorithm,
  algorithms,
  factorize,
  type FactorizeOptions,
  type HostDense,
  Linalg,
  type Loss,
  rules,
} from "../src/index.js";
import { product, random, times } from "./host.js";
import { ThreeVerbs } from "./three-verbs.js";

async function fit(V: HostDense, options: FactorizeOptions) {
  const backend = new ThreeVerbs();
  const result = await factorize(new Linalg(backend), V, options);
  expect(backend.live).toBe(0);
  return result;
}

/** Every algorithm with every named loss that it offers. */
const offered = algorithms.flatMap((algorithm) =>
  ([2, 1, 0] as const)
    .filter((beta) => rules.some((r) => r.algorithm === algorithm && r.supports({ beta })))
    .map((loss) => ({ algorithm, loss }) as { algorithm: "multiplicative"; loss: Loss }),
);
const monotone = (algorithm: Algorithm) =>
  rules.every((rule) => rule.algorithm !== algorithm || rule.guarantees.monotone);

test("the algorithms that may be asked for are those of the rules", () => {
  expect([...new Set(rules.map(({ algorithm }) => algorithm))].sort()).toEqual(
    [...algorithms].sort(),
  );
});

describe.each(offered)("$algorithm, β = $loss", ({ algorithm, loss }) => {
  const V = random(12, 9);
  const options = { rank: 3, algorithm, loss, tol: 0, kktTol: 0, checkEvery: 1 };

  test("the result is the best iterate, and its certificate that of W and H", async () => {
    const result = await fit(V, { ...options, maxIterations: 25 });
    const objectives = result.history.map(({ objective }) => objective);
    if (monotone(algorithm)) {
      objectives.reduce((before, now) => {
        expect(now).toBeLessThanOrEqual(before * (1 + 1e-13));
        return now;
      });
    }
    expect(result.objective).toBeCloseTo(Math.min(...objectives), 10);
    const init = { W: result.W, H: result.H };
    const again = await fit(V, { ...options, init, maxIterations: 0 });
    expect([again.objective, again.kkt]).toEqual([
      expect.closeTo(result.objective, 10),
      expect.closeTo(result.kkt, 10),
    ]);
  });

  test("a checkpoint goes on to the same bits", async () => {
    const whole = await fit(V, { ...options, maxIterations: 17 });
    const half = await fit(V, { ...options, maxIterations: 8 });
    const { checkpoint } = half;
    const kept = structuredClone(checkpoint);
    const rest = await fit(V, { ...options, maxIterations: 17, resume: kept });
    expect([rest.W, rest.H, rest.objective]).toEqual([whole.W, whole.H, whole.objective]);
    expect(rest.checkpoint).toEqual(whole.checkpoint);
  });

  test("data in units of a power of four give the same factors, scaled", async () => {
    const here = await fit(V, { ...options, maxIterations: 6 });
    const there = await fit(times(V, 2 ** 40), { ...options, maxIterations: 6 });
    // The units of V are gone where its columns sum to one.
    const unit = algorithm === ("plsa" as string) ? 1 : 2 ** 20;
    expect(there.W).toEqual(times(here.W, unit));
    expect(there.H).toEqual(times(here.H, unit));
  });
});

describe("additive steps", () => {
  test.each([2, 1] as const)("(6) with (7) is (4), (8) with (9) is (5): β = %f", async (loss) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const V = random(7, 5, seed);
        const init = { W: random(7, 3, seed + 1), H: random(3, 5, seed + 2) };
        const options = { rank: 3, loss, init, tol: 0, kktTol: 0, maxIterations: 1 };
        const additive = await fit(V, { ...options, algorithm: "additive-rescaled" });
        const paper = await fit(V, options);
        for (const factor of ["W", "H"] as const) {
          // x + (x/P)(N − P) has its own three roundings, of parts no larger than x N/P and x.
          const size = Math.max(...init[factor].data, ...paper[factor].data);
          additive[factor].data.forEach((x, p) => {
            expect(Math.abs(x - paper[factor].data[p]!)).toBeLessThan(100 * 2 ** -53 * size);
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  test("η is in the units of V and its factors", async () => {
    const V = times(random(6, 5), 3);
    const [W, H] = [random(6, 2, 2), random(2, 5, 3)];
    const eta = 1e-3;
    const result = await fit(V, {
      rank: 2,
      algorithm: "additive",
      eta,
      init: { W, H },
      hold: "W",
      tol: 0,
      kktTol: 0,
      maxIterations: 1,
    });
    const residual = product(W, H).data.map((x, p) => V.data[p]! - x);
    H.data.forEach((h, p) => {
      const [a, j] = [Math.floor(p / 5), p % 5];
      let descent = 0;
      for (let i = 0; i < 6; i++) descent += W.data[i * 2 + a]! * residual[i * 5 + j]!;
      expect(result.H.data[p]).toBeCloseTo(Math.max(0, h + eta * descent), 14);
    });
  });

  test("an η too large is refused as soon as the objective is no number, with the way out", async () => {
    const diverging = fit(random(8, 6), {
      rank: 2,
      algorithm: "additive",
      eta: 1e3,
      maxIterations: 500,
    });
    await expect(diverging).rejects.toMatchObject({
      code: "NONNEG_OPTION",
      message: expect.stringMatching(/diverged.*smaller eta/s) as string,
    });
  });
});

test("a fit whose objective rises gives the best it came by, and goes on from where it is", async () => {
  const V = random(10, 8);
  // Above 2/‖WᵀW‖₂ now and then: up and down.
  const options = { rank: 3, algorithm: "additive", eta: 0.45, tol: 0, kktTol: 0 } as const;
  const result = await fit(V, { ...options, checkEvery: 1, maxIterations: 60 });
  const objectives = result.history.map(({ objective }) => objective);
  const best = Math.min(...objectives);
  expect(objectives.at(-1)).toBeGreaterThan(best);
  expect(result.cost).toBeCloseTo(best, 12);
  expect(result.checkpoint.W).not.toEqual(result.W);
  const rest = await fit(V, { ...options, maxIterations: 60, resume: result.checkpoint });
  expect(rest.W).toEqual(result.W);
});

test("a β too small to divide by is 0", async () => {
  const V = random(6, 5);
  const options = { rank: 2, tol: 0, kktTol: 0, maxIterations: 5 };
  const zero = await fit(V, { ...options, loss: 0 });
  for (const loss of [5e-324, -5e-324, 1e-310, -1e-40]) {
    const tiny = await fit(V, { ...options, loss });
    expect([tiny.W, tiny.cost, tiny.loss]).toEqual([zero.W, zero.cost, "itakura-saito"]);
    const la = new Linalg(new ThreeVerbs(["float32"]));
    const upload = (A: HostDense) => la.upload({ ...A, data: Float32Array.from(A.data) });
    const { sum } = la.divergence({
      beta: loss,
      V: upload(V),
      W: upload(zero.W),
      H: upload(zero.H),
    });
    expect((await la.scalars(sum))[0]).toBeCloseTo(zero.cost, 4);
  }
});

describe("PLSA", () => {
  const V = random(9, 7);
  const columns = (A: HostDense) =>
    Array.from({ length: A.cols }, (_, j) =>
      Array.from({ length: A.rows }, (_, i) => A.data[i * A.cols + j]!).reduce((s, x) => s + x, 0),
    );
  const rows = (A: HostDense) =>
    Array.from({ length: A.rows }, (_, i) =>
      Array.from(A.data.slice(i * A.cols, (i + 1) * A.cols)).reduce((s, x) => s + x, 0),
    );

  test.each(["columns", "rows"] as const)(
    "the %s of W and H sum to one, and (3) is the Kullback–Leibler divergence proper",
    async (simplex) => {
      const options = { rank: 3, algorithm: "plsa", loss: "kullback-leibler", simplex } as const;
      const sums = simplex === "columns" ? columns : rows;
      for (const maxIterations of [0, 5, 40]) {
        const { W, H, cost } = await fit(V, { ...options, maxIterations });
        for (const sum of [...sums(W), ...sums(H)]) expect(sum).toBeCloseTo(1, 14);
        const total = sums(V);
        const X = Array.from(product(W, H).data);
        const plain = X.reduce((kl, x, p) => {
          const v = V.data[p]! / total[simplex === "columns" ? p % 7 : Math.floor(p / 7)]!;
          return kl + v * Math.log(v / x);
        }, 0);
        expect(cost).toBeCloseTo(plain, 12);
      }
    },
  );

  test("new columns are folded in with the topics held", async () => {
    const { W } = await fit(V, { rank: 3, algorithm: "plsa", loss: 1 });
    const method = { algorithm: "plsa", loss: 1 } as const;
    const folded = await fit(random(9, 2, 5), { rank: 3, ...method, hold: "W", init: { W } });
    expect(folded.W).toEqual(W);
    for (const sum of columns(folded.H)) expect(sum).toBeCloseTo(1, 14);
  });

  test.each([
    [{ hold: "H", init: { H: random(3, 7) } }, "NONNEG_UNSUPPORTED"],
    [{ hold: "W", init: { W: random(9, 3) } }, "NONNEG_OPTION"],
    [{ simplex: "diagonals" }, "NONNEG_OPTION"],
    [{ loss: 2 }, "NONNEG_UNSUPPORTED"],
  ])("%j is refused as %s", async (wrong, code) => {
    const options = { rank: 3, algorithm: "plsa", loss: 1, ...wrong };
    await expect(fit(V, options as unknown as FactorizeOptions)).rejects.toMatchObject({ code });
  });

  test("a column of zeros is no distribution", async () => {
    const holed = { ...V, data: V.data.map((x, p) => (p % 7 === 4 ? 0 : x)) };
    await expect(fit(holed, { rank: 2, algorithm: "plsa", loss: 1 })).rejects.toMatchObject({
      code: "NONNEG_INVALID_INPUT",
      message: expect.stringContaining("column 4") as string,
    });
  });
});

describe("what an algorithm does not offer", () => {
  const V = random(4, 5);
  const init = { W: random(4, 2), H: random(2, 5) };
  const penalties = { W: { l1: 1 }, H: { l1: 1 } };
  test.each([
    [{ algorithm: "hals", loss: "kullback-leibler" }, /What does: multiplicative, additive/],
    [{ algorithm: "anls", weights: V }, /What does: multiplicative/],
    [{ algorithm: "nenmf", frozen: { W: [0] }, init }, /What does: multiplicative/],
    [{ algorithm: "conjugate-gradient", loss: 0.5 }, /What does: multiplicative\./],
    [{ algorithm: "hals-extrapolated", penalties }, /What does: multiplicative, hals, anls/],
    [{ algorithm: "multiplicative", eta: 1 }, /only "additive"/],
    [{ algorithm: "hals", simplex: "rows" }, /only "plsa"/],
  ])("%j is refused with what to use instead", async (wrong, message) => {
    const options = { rank: 2, ...wrong } as unknown as FactorizeOptions;
    await expect(fit(V, options)).rejects.toMatchObject({
      code: "NONNEG_UNSUPPORTED",
      message: expect.stringMatching(message) as string,
    });
  });

  test("TypeScript refuses what is never possible", () => {
    const rank = 2;
    // @ts-expect-error HALS is for the Euclidean loss
    const hals: FactorizeOptions = { rank, algorithm: "hals", loss: "kullback-leibler" };
    // @ts-expect-error only the additive rule with a constant η has one
    const eta: FactorizeOptions = { rank, algorithm: "hals", eta: 1 };
    // @ts-expect-error no weights in block pivoting
    const weights: FactorizeOptions = { rank, algorithm: "anls", weights: V };
    // @ts-expect-error no frozen components in conjugate gradients
    const frozen: FactorizeOptions = { rank, algorithm: "conjugate-gradient", frozen: { W: [0] } };
    // @ts-expect-error PLSA is for the divergence, which has to be named
    const plsa: FactorizeOptions = { rank, algorithm: "plsa" };
    // @ts-expect-error no such algorithm
    const magic: FactorizeOptions = { rank, algorithm: "magic" };
    expect([hals, eta, weights, frozen, plsa, magic]).toHaveLength(6);
    const fine: FactorizeOptions[] = [
      { rank, loss: 0.5, weights: V, penalties },
      { rank, algorithm: "additive", loss: "kullback-leibler", eta: 0.1, weights: V },
      { rank, algorithm: "plsa", loss: 1, simplex: "rows" },
      { rank, algorithm: "anls", penalties },
    ];
    expect(fine).toHaveLength(4);
    expectTypeOf<FactorizeOptions["algorithm"]>().toEqualTypeOf<Algorithm | undefined>();
  });
});
