/** A missing entry is never read as a zero. */
import { describe, expect, test } from "vitest";
import { factorize, type HostDense, type HostSparse, type Options } from "../src/index.js";
import { difference, product, random } from "./generated.js";

/** Rank 5, factors uniform in (0, 1), 30 % of the entries missing at random. */
const truth = product(random(200, 5, 0), random(5, 100, 1));
const lots = random(200, 100, 2);
const isMissing = (p: number): boolean => lots.data[p]! < 0.3;

const withMissing = (value: number): HostDense => ({
  ...truth,
  data: truth.data.map((v, p) => (isMissing(p) ? value : v)),
});
const mask: HostDense = { ...truth, data: truth.data.map((_, p) => (isMissing(p) ? 0 : 1)) };

function stored(): HostSparse {
  const { rows, cols, data } = truth;
  const indices: number[] = [];
  const values: number[] = [];
  const indptr = new Int32Array(rows + 1);
  for (let p = 0; p < data.length; p++) {
    if (!isMissing(p)) {
      indices.push(p % cols);
      values.push(data[p]!);
    }
    if ((p + 1) % cols === 0) indptr[(p + 1) / cols] = indices.length;
  }
  return {
    rows,
    cols,
    indptr,
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}

const exactly = { rank: 5, tol: 0, kktTol: 0 } as const;

async function recover(options: Partial<Options>): Promise<number> {
  const given = { ...exactly, backend: "wasm", missing: "nan", ...options } as Options;
  const { W, H } = await factorize(withMissing(NaN), given);
  return difference(truth, product(W, H), isMissing);
}

describe("30 % of a matrix of rank 5 missing", () => {
  test.each([0, 1, 2])("β = %d: found to 2 % in 5000 multiplicative iterations", async (loss) => {
    expect(await recover({ loss, maxIterations: 5000 })).toBeLessThan(0.02);
  });

  test("found to 1e-4 by conjugate gradient", async () => {
    const options = { algorithm: "conjugate-gradient", maxIterations: 1000 } as const;
    expect(await recover(options)).toBeLessThan(1e-4);
  });

  test("read as zeros they would not be found: the error is that of another problem", async () => {
    const { W, H } = await factorize(withMissing(0), {
      ...exactly,
      backend: "wasm",
      maxIterations: 500,
    });
    expect(difference(truth, product(W, H), isMissing)).toBeGreaterThan(0.2);
  });
});

describe.each([0, 1, 2])("marked one way or another, β = %d", (loss) => {
  const options = { ...exactly, loss, backend: "js", maxIterations: 50 } as const;

  test("NaN, a mask and a weight of 0 over anything give the same bits", async () => {
    const expected = await factorize(withMissing(NaN), { ...options, missing: "nan" });
    for (const [V, more] of [
      [truth, { weights: mask }],
      [withMissing(1e6), { weights: mask }],
      [withMissing(0), { weights: mask }],
      [withMissing(NaN), { weights: mask, missing: "nan" }],
    ] as const) {
      const model = await factorize(V, { ...options, ...more });
      expect([model.W, model.H]).toEqual([expected.W, expected.H]);
      expect([model.cost, model.kkt, model.relativeError]).toEqual([
        expected.cost,
        expected.kkt,
        expected.relativeError,
      ]);
    }
  });

  test("what CSR does not store, read as unobserved, gives the same up to rounding", async () => {
    const expected = await factorize(withMissing(NaN), { ...options, missing: "nan" });
    const sparse = await factorize(stored(), { ...options, missing: "unobserved" });
    expect(difference(expected.W, sparse.W)).toBeLessThan(1e-9);
    expect(difference(expected.H, sparse.H)).toBeLessThan(1e-9);
  });
});

test("a constant stays one: missing entries of an all-ones matrix are ones", async () => {
  const V = withMissing(NaN);
  V.data.forEach((v: number, p: number) => (V.data[p] = Number.isNaN(v) ? NaN : 1));
  const { W, H } = await factorize(V, {
    rank: 1,
    missing: "nan",
    backend: "js",
    kktTol: 1e-12,
    tol: 0,
  });
  const ones: HostDense = { ...truth, data: truth.data.map(() => 1) };
  expect(difference(ones, product(W, H))).toBeLessThan(1e-9);
});

test("NaN without being told is refused, and says what to say", async () => {
  await expect(factorize(withMissing(NaN), { rank: 5, backend: "js" })).rejects.toThrow(/missing/);
});
