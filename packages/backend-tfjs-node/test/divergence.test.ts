import { Linalg } from "@nonneg/core";
import { expect, test } from "vitest";
import { provider } from "../src/index.js";
import { describeWhenAvailable } from "./when-available.js";

describeWhenAvailable("Kullback–Leibler divergence", () => {
  const U = 2 ** -24;

  test.each([
    ["v is lost beside x", 1e-12, 1],
    ["x/v overflows", 1e-25, 1e15],
    ["v/x overflows", 1e15, 1e-25],
    ["v is zero", 0, 1],
  ])("is right where %s", async (_name, v, x) => {
    const la = new Linalg(await provider.create());
    const [vs, xs] = [Float32Array.of(v, 3), Float32Array.of(x, 5)];
    using V = la.upload({ rows: 2, cols: 1, data: vs });
    using W = la.upload({ rows: 2, cols: 1, data: xs });
    using H = la.upload({ rows: 1, cols: 1, data: Float32Array.of(1) });
    const { sum, infinite } = la.divergence({ beta: 1, V, W, H });
    using _sum = sum;
    using _infinite = infinite;

    const exact = vs.reduce((total, a, i) => {
      const b = xs[i]!;
      return total + (a > 0 ? a * Math.log(a / b) : 0) - a + b;
    }, 0);
    const [value, many] = await la.scalars(sum, infinite);
    expect(many).toBe(0);
    // A logarithm good to 10 u, three roundings of what it multiplies, and the sum.
    expect(Math.abs(value! - exact)).toBeLessThan(16 * U * exact);
  });
});
