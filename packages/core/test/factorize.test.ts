import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Check,
  factorize,
  type FactorizeOptions,
  type HostDense,
  Linalg,
  type Loss,
  type Progress,
  transform,
} from "../src/index.js";
import { product, random, times } from "./host.js";
import { ThreeVerbs } from "./three-verbs.js";

const float32 = ({ rows, cols, data }: HostDense): HostDense => ({
  rows,
  cols,
  data: Float32Array.from(data),
});
const halfSquares = (A: HostDense, B: HostDense): number =>
  Array.from(A.data).reduce((sum, a, p) => sum + 0.5 * (a - B.data[p]!) ** 2, 0);

async function fit(V: HostDense, options: FactorizeOptions) {
  const backend = new ThreeVerbs();
  const result = await factorize(new Linalg(backend), V, options);
  expect(backend.live).toBe(0);
  return result;
}

const LOSSES: Loss[] = ["euclidean", "kullback-leibler", "itakura-saito", 0.5, 3, -1];

describe("certificate", () => {
  test.each(LOSSES)(
    "loss %s: history never rises, cost and error are those of W and H",
    async (loss) => {
      const V = random(13, 9);
      const result = await fit(V, {
        rank: 3,
        loss,
        tol: 0,
        kktTol: 0,
        maxIterations: 60,
        checkEvery: 1,
      });
      expect(result).toMatchObject({
        iterations: 60,
        stoppedBy: "maxIterations",
        converged: false,
      });
      expect(result.history.map(({ iteration }) => iteration)).toEqual(
        Array.from({ length: 61 }, (_, i) => i),
      );
      result.history.reduce((before: Check, now) => {
        expect(now.objective).toBeLessThanOrEqual(before.objective * (1 + 1e-13));
        return now;
      });
      const squares = halfSquares(V, product(result.W, result.H));
      if (loss === "euclidean")
        expect(Math.abs(result.cost - squares)).toBeLessThan(1e-13 * squares * 117);
      const norm = Math.sqrt(2 * halfSquares(V, times(V, 0)));
      expect(result.relativeError).toBeCloseTo(Math.sqrt(2 * squares) / norm, 12);
    },
  );

  test("V > 0 where WH = 0 is an infinite cost and residual, and not an error", async () => {
    const V = random(3, 3);
    const W: HostDense = { rows: 3, cols: 1, data: Float64Array.of(0, 1, 1) };
    const H: HostDense = { rows: 1, cols: 3, data: Float64Array.of(1, 1, 1) };
    const result = await fit(V, { rank: 1, loss: "kullback-leibler", init: { W, H } });
    expect([result.cost, result.kkt]).toEqual([Infinity, Infinity]);
    expect(result.converged).toBe(false);
    expect(result.W.data[0]).toBe(0);
  });

  test("a locked zero that should grow, and a dead component, keep the residual up", async () => {
    const V = random(6, 5);
    const W = random(6, 2, 2);
    const H = random(2, 5, 3);
    for (let j = 0; j < 5; j++) H.data[5 + j] = 0;
    const dead = await fit(V, { rank: 2, init: { W, H }, maxIterations: 500, tol: 0 });
    expect(dead.kkt).toBeGreaterThan(1e-3);
    expect(dead.converged).toBe(false);
  });
});

describe("stopping", () => {
  test("tol, kktTol, maxIterations and timeBudget each end a fit, and say so", async () => {
    const V = random(12, 10);
    expect((await fit(V, { rank: 2, kktTol: 0 })).stoppedBy).toBe("tol");
    expect((await fit(V, { rank: 2, tol: 0, kktTol: 1e-3, maxIterations: 5000 })).stoppedBy).toBe(
      "kktTol",
    );
    expect((await fit(V, { rank: 2, maxIterations: 3 })).iterations).toBe(3);
    expect((await fit(V, { rank: 2, timeBudget: 0, tol: 0, kktTol: 0 })).stoppedBy).toBe(
      "timeBudget",
    );
  });

  test("float32 that cannot resolve the tolerance stops as precision", async () => {
    const la = new Linalg(new ThreeVerbs(["float32"]));
    const V = float32(random(12, 10));
    const result = await factorize(la, V, { rank: 2, tol: 1e-14, kktTol: 0, maxIterations: 1e5 });
    expect(result).toMatchObject({ stoppedBy: "precision", converged: false });
  });

  test("a kktTol that stops is met by the residual of the result", async () => {
    const result = await fit(random(12, 10), {
      rank: 2,
      tol: 0,
      kktTol: 1e-3,
      maxIterations: 5000,
    });
    expect(result.kkt).toBeLessThanOrEqual(1e-3);
  });

  test("data in other units take the same number of iterations; powers of two give the same bits", async () => {
    for (const loss of ["euclidean", "kullback-leibler"] as const) {
      const V = random(20, 15);
      const options = { rank: 4, loss, seed: 5 };
      const plain = await fit(V, options);
      for (const c of [1e12, 1e-12, 3]) {
        expect((await fit(times(V, c), options)).iterations).toBe(plain.iterations);
      }
      for (const data of [V, float32(V)]) {
        const here = await fit(data, options);
        for (const p of [40, -40]) {
          const there = await fit(times(data, 2 ** p), options);
          expect(there.W).toEqual(times(here.W, 2 ** (p / 2)));
          expect(there.H).toEqual(times(here.H, 2 ** (p / 2)));
          expect(there.iterations).toBe(here.iterations);
        }
        const odd = await fit(times(data, 2), options);
        expect(product(odd.W, odd.H)).toEqual(times(product(here.W, here.H), 2));
      }
    }
  });

  test.each(["euclidean", "kullback-leibler"] as const)(
    "an exact start stays (%s)",
    async (loss) => {
      // Small whole numbers: WH is exact, and so is every ratio.
      const whole = (rows: number, cols: number, seed: number): HostDense => {
        const start = random(rows, cols, seed);
        return { ...start, data: start.data.map((x) => Math.ceil(4 * x)) };
      };
      const [W, H] = [whole(7, 3, 1), whole(3, 5, 2)];
      const options = { rank: 3, loss, init: { W, H }, tol: 0, kktTol: 0, maxIterations: 50 };
      const result = await fit(product(W, H), options);
      const drift = 50 * (7 + 5 + 6) * 2 ** -53;
      for (const [given, got] of [
        [W, result.W],
        [H, result.H],
      ] as const) {
        given.data.forEach((x, p) => {
          expect(Math.abs(got.data[p]! - x)).toBeLessThanOrEqual(drift * x);
        });
      }
      expect((await fit(product(W, H), { rank: 3, loss, init: { W, H } })).iterations).toBe(0);
    },
  );
});

describe("going on", () => {
  test("a checkpoint resumes to the same bits as a fit that never stopped", async () => {
    const V = random(11, 8);
    const options = { rank: 3, tol: 0, kktTol: 0 };
    const whole = await fit(V, { ...options, maxIterations: 37 });
    const half = await fit(V, { ...options, maxIterations: 13 });
    const rest = await fit(V, { ...options, maxIterations: 37, resume: half.checkpoint });
    expect([rest.W, rest.H, rest.iterations]).toEqual([whole.W, whole.H, 37]);
  });

  test("a restart from a stopped fit, or under kktTol, stops at its first check", async () => {
    const V = random(11, 8);
    for (const options of [{ rank: 3 }, { rank: 3, tol: 0, kktTol: 1e-2 }]) {
      const done = await fit(V, options);
      expect(done.converged).toBe(true);
      const again = await fit(V, { ...options, resume: done.checkpoint });
      expect(again.iterations).toBe(done.iterations);
      expect(again.stoppedBy).toBe(done.stoppedBy);
      expect(again.history).toHaveLength(1);
    }
    const done = await fit(V, { rank: 3, tol: 0, kktTol: 1e-2 });
    expect((await fit(V, { rank: 3, tol: 0, kktTol: 1e-2, init: done })).iterations).toBe(0);
    const bare = await fit(V, { rank: 3, kktTol: 0 });
    const { history } = await fit(V, { rank: 3, kktTol: 0, init: bare });
    expect(history.length).toBeLessThanOrEqual(3);
  });

  test("an abort returns what was reached", async () => {
    const abort = new AbortController();
    const seen: Progress[] = [];
    const result = await fit(random(9, 7), {
      rank: 2,
      tol: 0,
      kktTol: 0,
      maxIterations: 1e9,
      signal: abort.signal,
      onIteration: (progress) => {
        seen.push(progress);
        if (progress.iteration === 25) abort.abort();
      },
    });
    expect(result).toMatchObject({ stoppedBy: "aborted", iterations: 25, converged: false });
    expect(seen.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 26 }, (_, i) => i));
    expect(seen[25]?.objective).toBe(result.history.at(-1)?.objective);
  });
});

describe("one factor held", () => {
  test("it keeps its bits, and transform is the same fit", async () => {
    const V = random(10, 6);
    const basis = random(2, 6, 4);
    const la = new Linalg(new ThreeVerbs());
    const rows = await transform(la, V, basis, "rows");
    const held = await fit(V, { rank: 2, hold: "H", init: { H: basis } });
    expect(rows.H).toEqual(basis);
    expect([rows.W, rows.history.map((check) => check.objective)]).toEqual([
      held.W,
      held.history.map((check) => check.objective),
    ]);
    expect(rows.held).toBe("H");
    const W = random(10, 2, 5);
    expect((await transform(la, V, W, "columns")).W).toEqual(W);
  });

  test("samples of other features than the basis are refused", async () => {
    const la = new Linalg(new ThreeVerbs());
    await expect(transform(la, random(10, 6), random(2, 5), "rows")).rejects.toMatchObject({
      code: "NONNEG_SHAPE_MISMATCH",
      message: expect.stringMatching(/5 features: expected 5 columns of V/) as string,
    });
    await expect(transform(la, random(10, 6), random(9, 2), "columns")).rejects.toMatchObject({
      code: "NONNEG_SHAPE_MISMATCH",
      message: expect.stringMatching(/9 features: expected 9 rows of V/) as string,
    });
  });

  test("what is made of a sample does not depend on the others", async () => {
    const V = random(10, 6);
    const basis = random(2, 6, 4);
    const la = new Linalg(new ThreeVerbs());
    const options = { tol: 0, kktTol: 1e-11, maxIterations: 20000 };
    const all = await transform(la, V, basis, "rows", options);
    const last = await transform(
      la,
      { rows: 1, cols: 6, data: V.data.slice(54) },
      basis,
      "rows",
      options,
    );
    last.W.data.forEach((x, a) => {
      expect(Math.abs(x - all.W.data[18 + a]!)).toBeLessThan(1e-9);
    });
  });
});

test("an all-zero, a constant, a 1×1 V and k > min(m, n) factorize without NaN", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(0, 1, 1e-30, 1e30, 1e-300, 1e300),
      fc.constantFrom("euclidean" as const, "kullback-leibler" as const),
      fc.array(fc.nat(15), { maxLength: 8 }),
      async (rows, cols, rank, value, loss, zeros) => {
        const V: HostDense = { rows, cols, data: new Float64Array(rows * cols).fill(value) };
        for (const at of zeros) if (at < V.data.length) V.data[at] = 0;
        const result = await fit(V, { rank, loss, maxIterations: 30 });
        const numbers = [
          ...result.W.data,
          ...result.H.data,
          result.cost,
          result.relativeError,
          result.kkt,
        ];
        expect(numbers.filter((x) => !(x >= 0))).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});
