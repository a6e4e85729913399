/** Figures about repeated measurements. Times are skewed: everything goes by medians. */
import { uniform } from "@nonneg/core";
import {
  linearRegression,
  linearRegressionLine,
  median,
  medianAbsoluteDeviation,
  quantileSorted,
} from "simple-statistics";

export { median };

/** A figure and what it might as well have been. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/**
 * The median of `values` with a bootstrap percentile interval (B. Efron, R. Tibshirani, An
 * Introduction to the Bootstrap, 1993, chapter 13); drawn from a fixed seed. Of fewer than five
 * values it is their whole range.
 */
export function estimate(values: readonly number[], confidence = 0.95): Estimate {
  const value = median([...values]);
  if (values.length < 5) return { value, low: Math.min(...values), high: Math.max(...values) };
  const medians = Array.from({ length: RESAMPLES }, (_, r) =>
    median(values.map((_, i) => values[Math.floor(uniform(0, 1, r, i) * values.length)]!)),
  ).sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { value, low: quantileSorted(medians, tail), high: quantileSorted(medians, 1 - tail) };
}

/** Spread of single values about their median, relative to it: 1.4826 MAD, a standard deviation where they are normal. */
export function relativeSpread(values: readonly number[]): number {
  return (1.4826 * medianAbsoluteDeviation([...values])) / median([...values]);
}

/** Settled: three rounds or more, and an interval within ± 10 % of the median. */
export function isSettled(rounds: number, { value, low, high }: Estimate): boolean {
  return rounds >= 3 && high - value <= 0.1 * value && value - low <= 0.1 * value;
}

/**
 * Noise floor of a run: how far the medians of two halves of one row's rounds lie apart, as a
 * relative difference that all but 5 % of the rows stay under. What differs by less may be nothing.
 */
export function noiseFloor(rows: readonly (readonly number[])[]): number {
  const gaps = rows
    .filter((values) => values.length >= 4)
    .map((values) => {
      const half = (parity: number) => median(values.filter((_, i) => i % 2 === parity));
      return Math.abs(Math.log(half(0) / half(1)));
    })
    .sort((a, b) => a - b);
  return gaps.length === 0 ? NaN : Math.expm1(quantileSorted(gaps, 0.95));
}

/** y ≈ c·x^exponent by least squares on the logarithms, and the mean factor by which points miss it. */
export function powerLaw(points: readonly (readonly [x: number, y: number])[]): {
  exponent: number;
  at: (x: number) => number;
  misfit: number;
} {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)]);
  const fit = linearRegression(logs);
  const line = linearRegressionLine(fit);
  const misses = logs.map(([x = 0, y = 0]) => Math.abs(y - line(x)));
  return {
    exponent: fit.m,
    at: (x) => Math.exp(line(Math.log(x))),
    misfit: Math.expm1(misses.reduce((sum, miss) => sum + miss, 0) / misses.length),
  };
}
