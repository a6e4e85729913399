import fc from "fast-check";
import { expect, test } from "vitest";
import {
  dtype,
  dtypes,
  hostDense,
  hostSparse,
  integers,
  numbers,
  roundoff,
  seed,
  withLinalg,
} from "./support.js";

const axis = fc.constantFrom("rows" as const, "cols" as const, "all" as const);
const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(63, 64, 65, 129, 300));

test("sums of whole numbers are exact, dense and CSR; minima and maxima are entries", () =>
  fc.assert(
    fc.asyncProperty(side, side, dtype, seed, axis, (rows, cols, dtype, seed, axis) =>
      withLinalg(async (la) => {
        const a = hostDense(dtype, rows, cols, integers(seed));
        const groups = new Map<number, number[]>();
        a.data.forEach((x, p) => {
          const key = axis === "all" ? 0 : axis === "rows" ? p % cols : Math.floor(p / cols);
          const group = groups.get(key);
          if (group) group.push(x);
          else groups.set(key, [x]);
        });
        const expected = (of: (group: number[]) => number) =>
          Array.from(groups.keys())
            .sort((x, y) => x - y)
            .map((key) => of(groups.get(key)!) + 0);
        const sum = (group: number[]) => group.reduce((x, y) => x + y, 0);

        using full = la.upload(a);
        using sparse = la.upload(hostSparse(a));
        using dense = la.reduce("sum", full, axis);
        using stored = la.reduce("sum", sparse, axis);
        using min = la.reduce("min", full, axis);
        using max = la.reduce("max", full, axis);
        const [s, t, lo, hi] = (await la.download(dense, stored, min, max)).map((x) =>
          Array.from(x, (y) => y + 0),
        );
        expect(s).toEqual(expected(sum));
        expect(t).toEqual(expected(sum));
        expect(lo).toEqual(expected((group) => Math.min(...group)));
        expect(hi).toEqual(expected((group) => Math.max(...group)));
      }),
    ),
    { numRuns: 100 },
  ));

test.each(dtypes)("a million equal terms in %s sum with an error that grows with log n", (dtype) =>
  withLinalg(async (la) => {
    const n = 2 ** 20;
    const x = dtype === "float32" ? Math.fround(0.1) : 0.1;
    const bound = (Math.log2(n) + 4) * roundoff[dtype] * n * x;
    const column = hostDense(dtype, n, 1, () => x);
    const row = { rows: 1, cols: n, data: column.data };
    using a = la.upload(column);
    using b = la.upload(row);
    using c = la.upload(hostSparse(column));
    using d = la.upload(hostSparse(row));
    const sums = [a, b, c, d].flatMap((m) => [
      la.sum(m),
      la.sum(m, m.rows === 1 ? "cols" : "rows"),
    ]);
    for (const sum of await la.scalars(...sums))
      expect(Math.abs(sum - n * x)).toBeLessThanOrEqual(bound);
    for (const sum of sums) sum[Symbol.dispose]();
  }),
);

test("a float64 sum of float32 entries is a float64 sum", () =>
  withLinalg(async (la) => {
    using a = la.upload({ rows: 1, cols: 2, data: Float32Array.of(2 ** 30, 1) });
    using sum = la.reduce("sum", a, "all", { dtype: "float64" });
    expect(await la.scalars(sum)).toEqual([2 ** 30 + 1]);
  }));

test("a column sum of a CSR matrix overflows to infinity and not to NaN", () =>
  withLinalg(async (la) => {
    const next = numbers(3);
    const huge = hostDense("float64", 8, 2, (_, j) => (j === 0 ? Number.MAX_VALUE : next()));
    using a = la.upload(hostSparse(huge));
    using sums = la.sum(a, "rows");
    const [data] = await la.download(sums);
    expect(data![0]).toBe(Infinity);
    expect(data![1]).toBeGreaterThan(0);
  }));
