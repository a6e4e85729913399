import fc from "fast-check";
import { expect, test } from "vitest";
import { type HostMatrix, NonnegError } from "../src/index.js";
import { exponentOf, inspect, requirePositive } from "../src/inspect.js";
import { observe } from "../src/observe.js";
import { scaled, scaleExponent } from "../src/scaling.js";

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof NonnegError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no error";
};
const dense = (rows: number, cols: number, data: number[]): HostMatrix => ({
  rows,
  cols,
  data: Float64Array.from(data),
});
const csr = (
  rows: number,
  cols: number,
  indptr: number[],
  indices: number[],
  values: number[],
): HostMatrix => ({
  rows,
  cols,
  indptr: Int32Array.from(indptr),
  indices: Int32Array.from(indices),
  values: Float64Array.from(values),
});

test.each([
  ["a negative entry", dense(2, 3, [1, 2, 3, 4, -5, 6]), /NEGATIVE_INPUT.*-5 at row 1, column 1/],
  ["NaN", dense(2, 3, [1, 2, NaN, 4, 5, 6]), /NOT_FINITE.*NaN at row 0, column 2/],
  ["infinity", dense(2, 2, [1, 2, 3, Infinity]), /NOT_FINITE.*Infinity at row 1, column 1/],
  ["minus infinity", dense(1, 1, [-Infinity]), /NOT_FINITE/],
  ["a wrong length", dense(2, 2, [1, 2, 3]), /SHAPE_MISMATCH.*3 values/],
  ["no rows", dense(0, 2, []), /SHAPE_MISMATCH/],
  [
    "a negative in CSR",
    csr(3, 4, [0, 1, 1, 2], [3, 2], [1, -1]),
    /NEGATIVE_INPUT.*row 2, column 2/,
  ],
  ["columns out of range", csr(1, 2, [0, 1], [2], [1]), /INVALID_INPUT/],
  ["columns twice", csr(1, 3, [0, 2], [1, 1], [1, 1]), /INVALID_INPUT/],
  ["indptr too short", csr(2, 3, [0, 1], [1], [1]), /INVALID_INPUT/],
  ["indptr past the end", csr(1, 3, [0, 4], [1], [1]), /INVALID_INPUT/],
  ["falling indptr", csr(2, 3, [0, 2, 1], [1], [1]), /INVALID_INPUT/],
])("refuses %s by code and place", (_, matrix, message) => {
  expect(codeOf(() => inspect("V", matrix))).toMatch(message);
});

test("measures mean and norm, implicit zeros counted, at every scale", () => {
  for (const scale of [1e-300, 1e-30, 1, 1e30, 1e300]) {
    const { mean, norm } = inspect("V", csr(2, 3, [0, 1, 2], [0, 2], [3 * scale, 4 * scale]));
    expect(mean / scale).toBeCloseTo(7 / 6, 14);
    expect(norm / scale).toBeCloseTo(5, 14);
  }
});

test("measures the spread about the mean, of nearly constant data too", () => {
  expect(inspect("V", dense(2, 2, [0.1, 0.1, 0.1, 0.1])).spread).toBe(0);
  // The mean of 1, 1 + δ, …, 1 + 4δ is 1 + 2δ: the squares are (4 + 1 + 0 + 1 + 4) δ².
  const delta = 2 ** -45;
  const close = dense(
    1,
    5,
    [0, 1, 2, 3, 4].map((i) => 1 + i * delta),
  );
  expect(inspect("V", close).spread / delta).toBeCloseTo(Math.sqrt(10), 12);
  // 3, 4 and four implicit zeros.
  const spread = Math.sqrt(25 - 49 / 6);
  expect(inspect("V", csr(2, 3, [0, 1, 2], [0, 2], [3, 4])).spread).toBeCloseTo(spread, 14);
  const observed = observe(dense(1, 3, [NaN, 1, 1 + delta]), dense(1, 3, [1, 1, 3]), "nan");
  // Weights 1 and 3: the mean is 1 + ¾δ, the squares (¾)² + 3 (¼)².
  expect(observed.statistics.spread / delta).toBeCloseTo(Math.sqrt(0.75), 12);
});

test("β ≤ 0 refuses zeros, stored or not, and names the place", () => {
  expect(
    codeOf(() => {
      requirePositive(dense(2, 2, [1, 2, 0, 4]), 0);
    }),
  ).toMatch(/ZERO_INPUT.*row 1, column 0/);
  expect(
    codeOf(() => {
      requirePositive(csr(1, 2, [0, 1], [0], [1]), -1);
    }),
  ).toMatch(/ZERO_INPUT.*not stored/);
  expect(
    codeOf(() => {
      requirePositive(dense(1, 2, [1, 0]), 0.5);
    }),
  ).toBe("no error");
});

test("scaling by the exponent brings any positive mean to [½, 1), exactly", () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true }), (mean) => {
      const e = exponentOf(mean);
      expect(2 ** e <= mean && (e === 1023 || mean < 2 ** (e + 1))).toBe(true);
      const [down] = scaled(Float64Array.of(mean), -scaleExponent(mean), "float64") as Float64Array;
      expect(down).toBeGreaterThanOrEqual(0.5);
      expect(down).toBeLessThan(1);
      expect(scaled(Float64Array.of(down!), scaleExponent(mean), "float64")[0]).toBe(mean);
    }),
  );
});
