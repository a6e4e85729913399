/** Starts made from a V with entries missing. */
import { expect, test } from "vitest";
import { type HostDense, uniform } from "../src/index.js";
import { expectClose, made, product, random, startOf } from "./host.js";

const V = product(random(30, 3, 5), random(3, 20, 6));
const isMissing = (p: number) => uniform(7, 0, p, 0) < 0.3;
const marked = (value: number): HostDense => ({
  ...V,
  data: V.data.map((x, p) => (isMissing(p) ? value : x)),
});
const weightsOf = (weight: (p: number) => number): HostDense => ({
  ...V,
  data: V.data.map((_, p) => (isMissing(p) ? 0 : weight(p))),
});
const even = weightsOf(() => 1);
const uneven = weightsOf((p) => 0.5 + uniform(8, 0, p, 0));
const common = { rank: 3, algorithm: "conjugate-gradient" } as const;
/** Row mean times column mean over the mean of all, weighted, where nothing is observed. */
const completed = ({ rows, cols, data }: HostDense, weights: HostDense): HostDense => {
  const mean = (of: (i: number, j: number) => boolean): number => {
    let [sum, total] = [0, 0];
    data.forEach((x, p) => {
      if (!of(Math.floor(p / cols), p % cols)) return;
      sum += weights.data[p]! * x;
      total += weights.data[p]!;
    });
    return sum / total;
  };
  const all = mean(() => true);
  const r = Array.from({ length: rows }, (_, i) => mean((row) => row === i));
  const c = Array.from({ length: cols }, (_, j) => mean((_, col) => col === j));
  const fill = (p: number) => (r[Math.floor(p / cols)]! * c[p % cols]!) / all;
  return { rows, cols, data: data.map((x, p) => (weights.data[p] === 0 ? fill(p) : x)) };
};

test.each(["nndsvd", "separable", "kmeans"] as const)(
  "%s is that of V with them at what their row and column say",
  async (init) => {
    for (const weights of [even, uneven]) {
      const start = await startOf(marked(0), { ...common, init, weights });
      const expected = await startOf(completed(V, weights), { ...common, init });
      const product_ = product(expected.W, expected.H);
      expectClose(product(start.W, start.H), product_, 1e-9);
      // As zeros they would make another start.
      const asZeros = await startOf(marked(0), { ...common, init });
      const apart = product(asZeros.W, asZeros.H).data.map((x, p) =>
        Math.abs(x - product_.data[p]!),
      );
      expect(Math.max(...apart)).toBeGreaterThan(0.1);
    }
  },
);

test.each(made)("%s is the same however they are marked", async (init) => {
  const options = { rank: 3, init };
  const { W, H } = await startOf(marked(NaN), { ...options, missing: "nan" });
  for (const value of [0, 1e6]) {
    const masked = await startOf(marked(value), { ...options, weights: even });
    expect([masked.W, masked.H]).toEqual([W, H]);
  }
});

test.each(made)("%s is the plain one where nothing is missing", async (init) => {
  const weights = { ...V, data: V.data.map(() => 1) };
  const start = await startOf(V, { ...common, init, weights });
  const plain = await startOf(V, { ...common, init });
  expectClose(start.W, plain.W, 1e-9);
  expectClose(start.H, plain.H, 1e-9);
});

test.each(made)("%s stands lines of which nothing is known, and the loss falls", async (init) => {
  const data = marked(NaN).data.map((x, p) => (p < 20 || p % 20 === 4 ? NaN : x));
  for (const loss of [2, 1, 0]) {
    const options = { rank: 3, init, loss, missing: "nan", maxIterations: 30, tol: 0 } as const;
    const { W, H, history } = await startOf({ ...V, data }, options);
    expect([...W.data, ...H.data].filter((x) => !(x >= 0))).toEqual([]);
    expect(history.at(-1)!.objective).toBeLessThan(history[0]!.objective);
  }
  const nothing = { ...V, data: data.map((x) => 0 * x) };
  const zero = await startOf(nothing, { rank: 3, init, missing: "nan" });
  expect(zero.cost).toBe(0);
});
