import { uniform } from "@nonneg/core";
import { describe, expect, test } from "vitest";
import { estimate, isSettled, noiseFloor, powerLaw } from "../dist/statistics.js";
import { secondsUntil } from "../dist/summary.js";

/** Skewed as times are, median 1. */
const noisy = (seed: number, i: number, spread: number) => {
  const [u, v] = [uniform(seed, 0, i, 0), uniform(seed, 0, i, 1)];
  return Math.exp(spread * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v));
};
const sample = (seed: number, n: number, spread: number) =>
  Array.from({ length: n }, (_, i) => noisy(seed, i, spread));

describe("statistics", () => {
  test("the interval of a median covers the true one about as often as it says", () => {
    const trials = 200;
    const covered = Array.from({ length: trials }, (_, t) => estimate(sample(t, 15, 0.3))).filter(
      ({ low, high }) => low <= 1 && 1 <= high,
    ).length;
    // 95 % of 200 is 190, with a standard deviation of 3; a percentile bootstrap of 15 covers a little less.
    expect(covered).toBeGreaterThanOrEqual(176);
    // One that always covers would say nothing.
    expect(estimate(sample(1, 15, 0.3)).high).toBeLessThan(1.5);
  });

  test("one run away from the others moves neither the median nor what is settled", () => {
    const values = [1, 1.01, 0.99, 1, 9, 1, 1.02, 0.98, 1];
    expect(estimate(values).value).toBe(1);
    expect(isSettled(9, estimate(values))).toBe(true);
    expect(isSettled(5, estimate([1, 1.5, 0.7, 1.3, 1]))).toBe(false);
    expect(isSettled(2, estimate([1, 1]))).toBe(false);
  });

  test("the noise floor is that of the noise", () => {
    expect(noiseFloor([[1, 1, 1, 1]])).toBe(0);
    const rows = (spread: number) => Array.from({ length: 40 }, (_, r) => sample(r, 6, spread));
    const [quiet, loud] = [noiseFloor(rows(0.01)), noiseFloor(rows(0.1))];
    // Halves of three: their medians have about 0.67 of the spread each, so √2·0.67·1.96 ≈ 1.9 of it apart.
    expect(quiet).toBeGreaterThan(0.01);
    expect(quiet).toBeLessThan(0.03);
    expect(loud / quiet).toBeCloseTo(10, -1);
  });

  test("a power law is found", () => {
    const { exponent, at, misfit } = powerLaw([1, 2, 4, 8].map((x) => [x, 3 * x ** 1.5]));
    expect(exponent).toBeCloseTo(1.5, 12);
    expect(at(16)).toBeCloseTo(192, 9);
    expect(misfit).toBeLessThan(1e-12);
  });

  test("the time to an objective is read between the points of a trace", () => {
    const trace = [
      [0, 10],
      [1, 6],
      [2, 5],
    ] as const;
    expect(secondsUntil(trace, 8)).toBeCloseTo(0.5, 9);
    expect(secondsUntil(trace, 5)).toBeCloseTo(2, 6);
    expect(secondsUntil(trace, 4)).toBe(Infinity);
    expect(secondsUntil([], 4)).toBe(Infinity);
  });
});
