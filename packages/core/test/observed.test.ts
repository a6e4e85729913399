/** Missing entries, weights, penalties and frozen components. */
import { describe, expect, test } from "vitest";
import { factorize, type FactorizeOptions, type HostDense, Linalg, uniform } from "../src/index.js";
import { product } from "./host.js";
import { ThreeVerbs } from "./three-verbs.js";

const random = (rows: number, cols: number, seed: number): HostDense => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, (_, p) => 0.05 + uniform(seed, 8, p, 0)),
});
const mapped = (A: HostDense, f: (x: number, p: number) => number): HostDense => ({
  ...A,
  data: A.data.map(f),
});

async function fit(V: HostDense, options: FactorizeOptions) {
  const backend = new ThreeVerbs();
  const result = await factorize(new Linalg(backend), V, options);
  expect(backend.live).toBe(0);
  return result;
}

const BETAS = [-1, 0, 0.5, 1, 1.5, 2, 3];

describe.each(BETAS)("β = %d", (loss) => {
  const V = random(9, 7, 1);
  const hidden = (p: number) => p % 4 === 1;
  const options = { rank: 3, loss, tol: 0, kktTol: 0, maxIterations: 40, checkEvery: 1 };
  const falls = (history: readonly { objective: number }[]) => {
    for (let t = 1; t < history.length; t++) {
      expect(history[t]!.objective).toBeLessThanOrEqual(history[t - 1]!.objective * (1 + 1e-12));
    }
  };

  test("a mask, NaN and zero weights are the same, bit for bit, and the value under them does not matter", async () => {
    const weights = mapped(V, (_, p) => (hidden(p) ? 0 : 1));
    const masked = await fit(V, { ...options, weights });
    const nan = await fit(
      mapped(V, (v, p) => (hidden(p) ? NaN : v)),
      { ...options, missing: "nan" },
    );
    const other = await fit(
      mapped(V, (v, p) => (hidden(p) ? 1000 * v : v)),
      { ...options, weights },
    );
    for (const result of [nan, other]) {
      expect([result.W, result.H, result.cost, result.kkt]).toEqual([
        masked.W,
        masked.H,
        masked.cost,
        masked.kkt,
      ]);
    }
    falls(masked.history);
    const zeroed = await fit(
      mapped(V, (v, p) => (hidden(p) ? 1e-3 * v : v)),
      options,
    );
    expect(zeroed.W).not.toEqual(masked.W);
  });

  test("weights of one change nothing but rounding; a weight of two is an entry counted twice", async () => {
    const plain = await fit(V, options);
    const ones = await fit(V, { ...options, weights: mapped(V, () => 1) });
    plain.W.data.forEach((w, p) => {
      expect(Math.abs(ones.W.data[p]! - w)).toBeLessThan(1e-9 * (1 + w));
    });
    const W = random(9, 3, 2);
    const H = random(3, 7, 3);
    const twice = {
      V: { rows: 10, cols: 7, data: Float64Array.from([...V.data, ...V.data.slice(-7)]) },
      W: { rows: 10, cols: 3, data: Float64Array.from([...W.data, ...W.data.slice(-3)]) },
    };
    const doubled = await fit(V, {
      ...options,
      init: { W, H },
      weights: mapped(V, (_, p) => (p >= 56 ? 2 : 1)),
    });
    const repeated = await fit(twice.V, { ...options, init: { W: twice.W, H } });
    repeated.H.data.forEach((h, p) => {
      expect(Math.abs(doubled.H.data[p]! - h)).toBeLessThan(1e-9 * (1 + h));
    });
  });

  test("with L1 and L2 the objective falls, is cost plus penalties, and L1 shrinks", async () => {
    const penalties = { W: { l1: 0.1, l2: 0.2 }, H: { l1: 0.3, l2: 0.05 } };
    const result = await fit(V, { ...options, penalties });
    falls(result.history);
    const sum = (A: HostDense, f: (x: number) => number) =>
      Array.from(A.data).reduce((total, x) => total + f(x), 0);
    const penalty =
      sum(result.W, (x) => 0.1 * x + 0.1 * x * x) + sum(result.H, (x) => 0.3 * x + 0.025 * x * x);
    expect(Math.abs(result.objective - result.cost - penalty)).toBeLessThan(
      1e-11 * result.objective,
    );
    const plain = await fit(V, options);
    expect(result.cost).toBeGreaterThan(plain.cost);
    const size = ({ W, H }: { W: HostDense; H: HostDense }) => sum(product(W, H), Math.abs);
    expect(size(result)).toBeLessThan(size(plain));
  });

  test("penalties follow the units of V: a minimum of c·V under the scaled penalties is the scaled one", async () => {
    const penalties = { W: { l1: 0.1 }, H: { l1: 0.3 } };
    const W = random(9, 3, 2);
    const H = random(3, 7, 3);
    const plain = await fit(V, { ...options, penalties, init: { W, H } });
    // V → 16 V, W → 4 W, H → 4 H: D_β grows 16^β-fold, so a like penalty has l1·16^β/4.
    const grown = { W: { l1: (0.1 * 16 ** loss) / 4 }, H: { l1: (0.3 * 16 ** loss) / 4 } };
    const times4 = (A: HostDense) => mapped(A, (x) => 4 * x);
    const scaled = await fit(
      mapped(V, (v) => 16 * v),
      {
        ...options,
        penalties: grown,
        init: { W: times4(W), H: times4(H) },
      },
    );
    plain.W.data.forEach((w, p) => {
      expect(Math.abs(scaled.W.data[p]! - 4 * w)).toBeLessThan(1e-9 * (1 + w));
    });
  });

  test("frozen components keep their bits, the others move, and the residual leaves them out", async () => {
    const [W, H] = [random(9, 3, 4), random(3, 7, 5)];
    const result = await fit(V, {
      ...options,
      maxIterations: 60,
      init: { W, H },
      frozen: { W: [1], H: [0, 2] },
    });
    result.W.data.forEach((w, p) => {
      if (p % 3 === 1) expect(w).toBe(W.data[p]);
      else expect(w).not.toBe(W.data[p]);
    });
    result.H.data.forEach((h, p) => {
      if (p < 7 || p >= 14) expect(h).toBe(H.data[p]);
      else expect(h).not.toBe(H.data[p]);
    });
    falls(result.history);
    const all = await fit(V, {
      ...options,
      init: { W, H },
      frozen: { W: [0, 1, 2], H: [0, 1, 2] },
    });
    expect([all.kkt, all.W, all.H]).toEqual([0, W, H]);
  });
});

test("missing entries of a rank-2 matrix are recovered", async () => {
  const V = product(random(12, 2, 6), random(2, 10, 7));
  const holes = mapped(V, (v, p) => ((Math.floor(p / 10) + p) % 5 === 2 ? NaN : v));
  const result = await fit(holes, {
    rank: 2,
    missing: "nan",
    tol: 0,
    kktTol: 1e-10,
    maxIterations: 20000,
  });
  product(result.W, result.H).data.forEach((x, p) => {
    expect(Math.abs(x - V.data[p]!)).toBeLessThan(1e-3 * V.data[p]!);
  });
});

describe("refused", () => {
  const V = random(4, 3, 1);
  test.each([
    [{ rank: 2, penalties: { W: { l1: 1 } } }, "NONNEG_OPTION"],
    [{ rank: 2, penalties: { W: { l1: -1 }, H: { l1: 1 } } }, "NONNEG_OPTION"],
    [{ rank: 2, frozen: { W: [0] } }, "NONNEG_OPTION"],
    [{ rank: 2, frozen: { W: [2] }, init: { W: random(4, 2, 1) } }, "NONNEG_OPTION"],
    [{ rank: 2, missing: "unobserved" }, "NONNEG_OPTION"],
    [{ rank: 2, weights: random(3, 4, 1) }, "NONNEG_SHAPE_MISMATCH"],
    [{ rank: 2, weights: mapped(V, () => -1) }, "NONNEG_NEGATIVE_INPUT"],
    [{ rank: 2, weights: mapped(V, () => 0) }, "NONNEG_INVALID_INPUT"],
  ] as const)("%j as %s", async (options, code) => {
    await expect(
      factorize(new Linalg(new ThreeVerbs()), V, options as FactorizeOptions),
    ).rejects.toMatchObject({ code });
  });

  test("NaN that is not said to be missing, even where weights hide it", async () => {
    const holes = mapped(V, (v, p) => (p === 5 ? NaN : v));
    const la = new Linalg(new ThreeVerbs());
    await expect(factorize(la, holes, { rank: 2 })).rejects.toMatchObject({
      code: "NONNEG_NOT_FINITE",
      message: expect.stringMatching(/row 1, column 2.*missing/s) as string,
    });
  });
});
