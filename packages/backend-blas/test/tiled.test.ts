/** Calls on large matrices, over backend-wasm's own kernels so that no BLAS is needed, against backend-js. */
import { type Dtype, type HostArray, Linalg, type Matrix } from "@nonneg/core";
import { createJsBackend } from "@nonneg/backend-js";
import type { WasmBackend } from "@nonneg/backend-wasm/memory";
import { describe, expect, test, vi } from "vitest";
import { TiledBackend } from "../dist/tiled/backend.js";
import { cut, ranges } from "../dist/tiled/cut.js";
import { Workspace } from "../dist/tiled/workspace.js";
import { openWasm, stream } from "./support.js";

/** Nearly all is large; tiles of at most 64 entries; buffers of 50 float32 entries, 25 float64 ones. */
const sizes = { large: 64, tile: 512, array: 200 };
const unit = { float32: 2 ** -24, float64: 2 ** -53 };
const dtypes = ["float32", "float64"] as const;

/** Uploads the same positive matrix at every call of the same place. */
type Make = (rows: number, cols: number) => Matrix;
type Work = (la: Linalg, make: Make) => readonly Matrix[];

async function run(backend: TiledBackend | WasmBackend, dtype: Dtype, work: Work) {
  return runOn(new Linalg(backend), dtype, work);
}

async function runOn(la: Linalg, dtype: Dtype, work: Work): Promise<HostArray[]> {
  const next = stream(1);
  const results = work(la, (rows, cols) => {
    const data = new (dtype === "float64" ? Float64Array : Float32Array)(rows * cols).map(next);
    return la.upload({ rows, cols, data });
  });
  const arrays = await la.download(...results);
  la.releaseAll();
  return arrays;
}

/** Positive results, with a relative error of at most `ulps` units on either side. */
async function expectLikeJs(dtype: Dtype, ulps: number, work: Work): Promise<void> {
  const expected = await runOn(new Linalg(createJsBackend()), dtype, work);
  const inner = await openWasm();
  const before = inner.usedBytes;
  const got = await run(new TiledBackend(inner, sizes), dtype, work);
  expect(inner.usedBytes).toBe(before);
  await inner[Symbol.asyncDispose]();
  expect(got.map((array) => array.length)).toEqual(expected.map((array) => array.length));
  got.forEach((array, r) => {
    const wrong = array.findIndex((x, i) => {
      const exact = expected[r]![i]!;
      return !(Math.abs(x - exact) <= 2 * ulps * unit[dtype] * exact);
    });
    const show = `result ${r}, entry ${wrong}: ${array[wrong]}, and ${expected[r]![wrong]} by js`;
    expect(wrong, show).toBe(-1);
  });
}

/** What is computed entry by entry, or column by column, has the same bits in tiles and whole. */
async function expectLikeWhole(dtype: Dtype, work: Work, tile = sizes.tile): Promise<void> {
  const inner = await openWasm();
  const whole = await run(inner, dtype, work);
  const tiled = await run(new TiledBackend(inner, { ...sizes, tile }), dtype, work);
  expect(tiled).toEqual(whole);
  expect(whole[0]!.every(Number.isFinite)).toBe(true);
  await inner[Symbol.asyncDispose]();
}

describe("tiles", () => {
  test.each([
    [[40_000, 30_000, 10], 2 ** 24, 3],
    [[1, 1_000_000_007, 3], 2 ** 24, 3],
    [[37, 5, 101], 64, 3],
    [[37, 5, 101], 64, 2],
    [[7, 7, 1000], 16, 2],
  ])("%j: none of more than %i entries where sides may be cut", (sides, most, cuttable) => {
    const tiles = [[0, 1] as const, [0, 2] as const, [2, 1] as const];
    const lengths = cut(sides, tiles, most, cuttable);
    lengths.forEach((length, i) => {
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThanOrEqual(sides[i]!);
      if (i >= cuttable) expect(length).toBe(sides[i]);
    });
    for (const [a, b] of tiles) {
      const uncut = [a, b].every((i) => i >= cuttable || lengths[i] === 1);
      if (!uncut) expect(lengths[a]! * lengths[b]!).toBeLessThanOrEqual(Math.max(most, sides[2]!));
    }
  });

  test("ranges follow each other to the end", () => {
    expect(ranges(10, 4).map(({ start, length }) => [start, length])).toEqual([
      [0, 4],
      [4, 4],
      [8, 2],
    ]);
    expect(ranges(1, 1)).toHaveLength(1);
  });
});

describe.each(dtypes)("in %s", (dtype) => {
  test.each([
    [1, 1],
    [1, 211],
    [307, 1],
    [13, 17],
    [41, 53],
  ])("%i×%i comes back as it went", async (rows, cols) => {
    await expectLikeJs(dtype, 0, (_la, make) => [make(rows, cols)]);
  });

  test.each([
    [1, 1, 999],
    [97, 3, 89],
    [3, 211, 5],
    [31, 37, 41],
    [1, 201, 1],
  ])("products %i×%i of depth %i, every transposition", async (m, n, k) => {
    await expectLikeJs(dtype, k + 2, (la, make) =>
      [false, true].flatMap((transA) =>
        [false, true].map((transB) =>
          la.matmul(transA ? make(k, m) : make(m, k), transB ? make(n, k) : make(k, n), {
            ...{ transA, transB },
          }),
        ),
      ),
    );
  });

  test.each([
    [997, 3],
    [5, 67],
    [43, 41],
  ])("Gram matrices of %i×%i, exactly symmetric", async (rows, cols) => {
    const work: Work = (la, make) => {
      const a = make(rows, cols);
      return [la.gram(a, "AtA"), la.gram(a, "AAt")];
    };
    await expectLikeJs(dtype, Math.max(rows, cols) + 2, work);
    await using inner = await openWasm();
    const grams = await run(new TiledBackend(inner, sizes), dtype, work);
    [cols, rows].forEach((n, g) => {
      const gram = grams[g]!;
      expect(gram.every((x, p) => x === gram[(p % n) * n + Math.floor(p / n)])).toBe(true);
    });
  });

  test.each([
    [1, 1009],
    [1009, 1],
    [61, 59],
    [3, 331],
  ])("sums and extremes of %i×%i along every axis", async (rows, cols) => {
    // pairwise: the error grows with the logarithm
    const ulps = Math.ceil(Math.log2(rows * cols)) + 2;
    await expectLikeJs(dtype, ulps, (la, make) => {
      const a = make(rows, cols);
      return (["sum", "min", "max"] as const).flatMap((op) =>
        (["rows", "cols", "all"] as const).map((axis) => la.reduce(op, a, axis)),
      );
    });
  });

  test("both sums of the KKT residual, every way of repeating", async () => {
    const [m, n] = [29, 47];
    await expectLikeJs(dtype, Math.ceil(Math.log2(m * n)) + 8, (la, make) => {
      const x = make(m, n);
      const shapes = [make(m, n), make(m, 1), make(1, n)];
      const partners = { H: make(1, m), W: make(n, 1) };
      return (["H", "W"] as const).flatMap((factor) =>
        shapes.flatMap((above) =>
          shapes.flatMap((below) =>
            Object.values(la.stationarity(x, above, below, partners[factor], { factor, share: 9 })),
          ),
        ),
      );
    });
  });

  test("entrywise, every way of repeating: the bits of the whole", async () => {
    const [m, n] = [29, 47];
    await expectLikeWhole(dtype, (la, make) => {
      const a = make(m, n);
      const shapes = [make(m, n), make(m, 1), make(1, n), make(1, 1)];
      return [
        ...shapes.map((b) => la.div(a, b)),
        ...shapes.map((b) => la.elementwise("pow", [b, a])),
        ...shapes.map((b) => la.elementwise("select", [la.elementwise("lessEqual", [a, b]), b, 2])),
        ...shapes.map((b) => la.scaleByRatio(a, shapes[0]!, b, 0.5)),
        la.mul(make(m, 1), make(1, n)),
        la.full(m, n, 0.1, dtype),
      ];
    });
  });

  test.each(["H", "W"] as const)("a HALS sweep of %s: the bits of the whole", async (factor) => {
    const work: Work = (la, make) => {
      const [k, count] = [5, 131];
      const forH = factor === "H";
      const gram = la.gram(make(20, k), "AtA");
      const [x, cross] = [0, 0].map(() => (forH ? make(k, count) : make(count, k)));
      return [la.coordinateSweep(x!, gram, cross!, { factor, l1: 0.01, l2: 0.1 })];
    };
    // tiles of 48: whole strips, as a kernel computes the rest in another order
    await expectLikeWhole(dtype, work, 2048);
  });

  // β = 1, 1.5, 2: negative powers of WH are mild, and their relative errors reach the terms once
  test.each([
    { m: 67, n: 71, k: 3 },
    { m: 1, n: 401, k: 2 },
    { m: 401, n: 1, k: 7 },
    { m: 19, n: 23, k: 29 },
  ])("divergence and its terms, $m×$n of rank $k", async ({ m, n, k }) => {
    for (const weighted of [false, true]) {
      for (const beta of [1, 1.5, 2]) {
        // k² products where β = 2 goes through the Gram matrix
        await expectLikeJs(dtype, 2 * k + m + n + 16, (la, make) => {
          const [V, W, H] = [make(m, n), make(m, k), make(k, n)];
          const operands = { beta, V, W, H, ...(weighted && { weights: make(m, n) }) };
          return (["H", "W"] as const).flatMap((factor) => {
            const { numerator, denominator } = la.divergenceTerms(operands, factor);
            return [numerator, denominator];
          });
        });
      }
    }
  });

  test("a divergence: its sum, and how many entries are infinite", async () => {
    const [m, n, k] = [53, 61, 2];
    // far from WH, so that d_β has no more than the relative error of WH and V
    await expectLikeJs(dtype, 64 * (k + 8), (la, make) => {
      const far = la.add(make(m, n), 10);
      const [W, H] = [make(m, k), make(k, n)];
      const { sum, infinite } = la.divergence({ beta: 1, V: far, W, H });
      const zeroed = la.mul(W, la.elementwise("lessEqual", [la.reduce("max", W, "cols"), 0.9]));
      const other = la.divergence({ beta: 1, V: far, W: zeroed, H });
      return [sum, other.infinite, other.sum, la.add(infinite, 1)];
    });
  });

  test("CSR meets large dense matrices", async () => {
    const [m, n, k] = [37, 41, 6];
    await expectLikeJs(dtype, 4 * (m + n + k), (la, make) => {
      const indptr = Int32Array.from({ length: m + 1 }, (_, i) => 3 * i);
      const indices = Int32Array.from({ length: 3 * m }, (_, p) => (p % 3) * 13 + (p % 2));
      const values = new (dtype === "float64" ? Float64Array : Float32Array)(3 * m).fill(1.5);
      const V = la.upload({ rows: m, cols: n, indptr, indices, values });
      const [W, H] = [make(m, k), make(k, n)];
      const operands = { beta: 1, V, W, H };
      return [
        la.matmul(V, H, { transB: true }),
        la.matmul(W, V, { transA: true }),
        la.sampledMatmul(W, H, V),
        la.sum(V, "rows"),
        ...(["H", "W"] as const).flatMap((factor) => {
          const { numerator, denominator } = la.divergenceTerms(operands, factor);
          return [numerator, denominator];
        }),
      ];
    });
  });
});

test("what is not large goes straight through", async () => {
  await using inner = await openWasm();
  const made = vi.spyOn(Workspace.prototype, "make");
  const read = vi.spyOn(Workspace.prototype, "read");
  await run(new TiledBackend(inner), "float32", (la, make) => {
    const a = make(50, 40);
    return [la.matmul(a, a, { transA: true }), la.add(a, a), la.sum(a), la.gram(a, "AAt")];
  });
  expect(made).not.toHaveBeenCalled();
  expect(read).not.toHaveBeenCalled();
});
