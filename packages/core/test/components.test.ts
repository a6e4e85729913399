import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contributionsOf, normalized, reordered, sparsenessOf } from "../src/components.js";
import type { FactorizeOptions, HostDense } from "../src/index.js";
import { largest, product, random, startOf, times, toSmall, transposed } from "./host.js";

const u = 2 ** -53;
const exactly = { tol: 0, kktTol: 0, maxIterations: 30 };
const row = (...data: number[]): HostDense => ({
  rows: 1,
  cols: data.length,
  data: Float64Array.from(data),
});

/** Factors with some zeros, some of whose components may be zero. */
const factors = fc
  .record({
    rows: fc.integer({ min: 1, max: 6 }),
    cols: fc.integer({ min: 1, max: 6 }),
    rank: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(1000),
    zeros: fc.array(fc.nat(23), { maxLength: 12 }),
    scale: fc.constantFrom(1, 1e30, 1e-30, 1e140),
  })
  .map(({ rows, cols, rank, seed, zeros, scale }) => {
    const [W, H] = [times(random(rows, rank, seed), scale), random(rank, cols, seed + 1)];
    for (const at of zeros) {
      W.data.fill(0, Math.min(at, W.data.length), Math.min(at + 1, W.data.length));
      H.data.fill(0, Math.min(at, H.data.length), Math.min(at + 1, H.data.length));
    }
    return { W, H };
  });

describe("normalised", () => {
  test.each(["W", "H"] as const)("%s sums to one, and WH stays", (factor) => {
    fc.assert(
      fc.property(factors, (given) => {
        const result = normalized(given, factor);
        const vectors = factor === "W" ? transposed(result.W) : result.H;
        for (const vector of toSmall(vectors).to2DArray()) {
          const total = vector.reduce((a, b) => a + b, 0);
          if (total > 0) expect(Math.abs(total - 1)).toBeLessThanOrEqual(2 * vector.length * u);
        }
        const [before, after] = [product(given.W, given.H), product(result.W, result.H)];
        // A quotient and a product on either side, and two sums of `rank` terms.
        after.data.forEach((x, p) => {
          const bound = 2 * (given.W.cols + 2) * u * before.data[p]!;
          expect(Math.abs(x - before.data[p]!)).toBeLessThanOrEqual(bound);
        });
      }),
    );
  });

  test("a scale that the other factor cannot hold is refused", () => {
    const W = { rows: 4, cols: 1, data: Float32Array.of(1e19, 1e19, 1e19, 1e19) };
    const H = { rows: 1, cols: 1, data: Float32Array.of(3e19) };
    expect(() => normalized({ W, H }, "W")).toThrow(/numbers too large/);
  });
});

test("contributions are the shares of the parts of WH, and sum to one", () => {
  fc.assert(
    fc.property(factors, ({ W, H }) => {
      const shares = contributionsOf({ W, H });
      const total = toSmall(product(W, H)).sum();
      shares.forEach((share, a) => {
        const part = toSmall(W).getColumnVector(a).mmul(toSmall(H).getRowVector(a)).sum();
        expect(Math.abs(share - (total > 0 ? part / total : 0))).toBeLessThan(1e-14 * 40);
      });
    }),
  );
});

test("reordered components give the same product", () => {
  const [W, H] = [random(5, 3), random(3, 4, 2)];
  const moved = reordered({ W, H }, [2, 0, 1]);
  expect(toSmall(moved.W).getColumn(0)).toEqual(toSmall(W).getColumn(2));
  expect(toSmall(moved.H).getRow(1)).toEqual(toSmall(H).getRow(0));
});

describe("sparseness", () => {
  test("is Hoyer's", () => {
    expect(sparsenessOf(row(0, 5, 0, 0), "H")).toBe(1);
    expect(sparsenessOf(row(2, 2, 2, 2), "H")).toBe(0);
    // (√4 − 7/5) / (√4 − 1)
    expect(sparsenessOf(row(3, 4, 0, 0), "H")).toBeCloseTo(0.6, 14);
    expect(sparsenessOf(transposed(row(3, 4, 0, 0)), "W")).toBeCloseTo(0.6, 14);
    expect(sparsenessOf(row(3e-300, 4e-300, 0, 0), "H")).toBeCloseTo(0.6, 14);
    expect(sparsenessOf(row(3e300, 4e300, 0, 0), "H")).toBeCloseTo(0.6, 14);
  });

  test("leaves out vectors that have none", () => {
    const two = { rows: 2, cols: 4, data: Float64Array.of(3, 4, 0, 0, 0, 0, 0, 0) };
    expect(sparsenessOf(two, "H")).toBeCloseTo(0.6, 14);
    expect(sparsenessOf(row(0, 0), "H")).toBe(0);
    expect(sparsenessOf(row(7), "H")).toBe(0);
  });
});

describe("of a fit", () => {
  const V = random(12, 9, 4);

  test("order and normalize change how factors are handed over, and nothing else", async () => {
    const plain = await startOf(V, { rank: 4, ...exactly });
    const all = { rank: 4, ...exactly, order: "contribution", normalize: "W" } as const;
    const arranged = await startOf(V, all);
    const { contributions } = arranged;
    expect(contributions).toEqual([...plain.contributions].sort((a, b) => b - a));
    expect(contributions.reduce((a, b) => a + b)).toBeCloseTo(1, 14);
    expect(contributionsOf(arranged)[0]).toBeCloseTo(contributions[0]!, 13);
    for (const column of toSmall(transposed(arranged.W)).to2DArray())
      expect(column.reduce((a, b) => a + b)).toBeCloseTo(1, 14);
    const [before, after] = [product(plain.W, plain.H), product(arranged.W, arranged.H)];
    after.data.forEach((x, p) => {
      expect(Math.abs(x - before.data[p]!)).toBeLessThanOrEqual(16 * u * before.data[p]!);
    });
    expect([arranged.cost, arranged.kkt]).toEqual([plain.cost, plain.kkt]);
    expect(arranged.checkpoint).toEqual(plain.checkpoint);
    // So it goes on to the same bits.
    const on = { ...all, maxIterations: 50 };
    const whole = await startOf(V, on);
    const rest = await startOf(V, { ...on, resume: arranged.checkpoint });
    expect([rest.W, rest.H]).toEqual([whole.W, whole.H]);
  });

  test.each(["euclidean", "kullback-leibler"] as const)("explained variance: %s", async (loss) => {
    for (const scale of [1, 1e12]) {
      const data = times(V, scale);
      const { W, H, explainedVariance } = await startOf(data, { rank: 3, ...exactly, loss });
      const mean = toSmall(data).mean();
      const WH = product(W, H);
      let [left, all] = [0, 0];
      data.data.forEach((v, p) => {
        left += (v - WH.data[p]!) ** 2;
        all += (v - mean) ** 2;
      });
      expect(explainedVariance).toBeCloseTo(1 - left / all, 11);
    }
  });

  test("a constant V has no variance, an all-zero V nothing at all", async () => {
    const ones = { rows: 3, cols: 4, data: new Float64Array(12).fill(1) };
    const exact = { W: { ...ones, cols: 1, data: ones.data.slice(0, 3) }, H: row(1, 1, 1, 1) };
    const fit = await startOf(ones, { rank: 1, init: exact });
    expect(fit).toMatchObject({ explainedVariance: 1, contributions: [1] });
    expect(fit.sparseness).toEqual({ W: 0, H: 0 });
    const none = { rank: 2, normalize: "H", order: "contribution" } as const;
    const empty = await startOf(times(ones, 0), none);
    expect(empty).toMatchObject({ explainedVariance: 1, contributions: [0, 0] });
    expect(largest(empty.W, empty.H)).toBe(0);
  });

  test.each([
    [{ order: "size" }],
    [{ normalize: "V" }],
    [{ normalize: "W", hold: "H", init: { H: random(2, 9) } }],
    [{ order: "contribution", frozen: { W: [0] }, init: { W: random(12, 2) } }],
  ])("%j is refused", async (wrong) => {
    const options = { rank: 2, ...wrong } as unknown as FactorizeOptions;
    await expect(startOf(V, options)).rejects.toMatchObject({ code: "NONNEG_OPTION" });
  });
});
