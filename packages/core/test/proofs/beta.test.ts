import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  betaAuxiliary,
  betaCost,
  betaGradient,
  betaMinimiser,
  combine,
  correlate,
  divergenceAuxiliary,
  divergenceCost,
  euclideanAuxiliary,
  euclideanCost,
  responsibilities,
  type Column,
  type Vector,
} from "../../src/proofs/index.js";
import { allPositive, distance, excess, farthest, sum, u } from "./support.js";

const BETAS = [-1, 0, 0.5, 1, 1.5, 2, 3];

/** Roundings of one term: Wh, powers of it, Wᵀ(·), sums, to first order. */
const roundings = (beta: number, { W }: Column) =>
  2 * (2 + Math.abs(beta)) * (W.rows + 2 * W.cols + 10) * u;

/** The sizes of the terms of d_β(v, x) before they cancel. */
const sizeOf = (beta: number, v: number, x: number): number => {
  const size = (b: number) =>
    b === 0 ? 1 + Math.abs(Math.log(x)) : x ** b * (1 + 1 / Math.abs(b));
  return size(beta) + v * size(beta - 1);
};

function costBound(beta: number, column: Column, h: Vector): number {
  const x = combine(column, h);
  const sizes = x.map((x_i, i) => {
    const v = column.v[i]!;
    return sizeOf(beta, v, x_i) + sizeOf(beta, v, v);
  });
  return roundings(beta, column) * sum(sizes);
}

function auxiliaryBound(beta: number, column: Column, h: Vector, from: Vector): number {
  const { cols } = column.W;
  const { data: alpha } = responsibilities(column, from);
  const [x, next] = [combine(column, from), combine(column, h)];
  const sizes = x.map((x_i, i) => {
    const v = column.v[i]!;
    let terms = sizeOf(beta, v, v) + sizeOf(beta, v, x_i);
    terms += (x_i ** (beta - 1) + v * x_i ** (beta - 2)) * (next[i]! + x_i);
    for (let a = 0; a < cols; a++)
      terms += alpha[i * cols + a]! * sizeOf(beta, v, (x_i * h[a]!) / from[a]!);
    return terms;
  });
  return roundings(beta, column) * sum(sizes);
}

function slopeBound(beta: number, column: Column, h: Vector): Float64Array {
  const x = combine(column, h);
  const sizes = x.map((x_i, i) => x_i ** (beta - 1) + column.v[i]! * x_i ** (beta - 2));
  return correlate(column, sizes).map((s) => roundings(beta, column) * s);
}

describe.each(BETAS)("majorize–minimize, β = %d", (beta) => {
  test("G(h, h^t) ≥ F(h) and G(h, h) = F(h)", () => {
    fc.assert(
      fc.property(allPositive, (c) => {
        const bound = costBound(beta, c, c.h) + auxiliaryBound(beta, c, c.h, c.from);
        const G = betaAuxiliary(beta, c, c.h, c.from);
        expect(excess(betaCost(beta, c, c.h), G, bound)).toBeLessThanOrEqual(1);
        const touch = costBound(beta, c, c.from) + auxiliaryBound(beta, c, c.from, c.from);
        expect(
          distance(betaAuxiliary(beta, c, c.from, c.from), betaCost(beta, c, c.from), touch),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("the step with γ(β) is the minimiser, and F falls along the chain", () => {
    fc.assert(
      fc.property(allPositive, (c) => {
        let h: Float64Array = c.from;
        for (let t = 0; t < 3; t++) {
          const next = betaMinimiser(beta, c, h);
          const G = betaAuxiliary(beta, c, next, h);
          const least = auxiliaryBound(beta, c, next, h);
          const other = betaAuxiliary(beta, c, c.h, h);
          expect(excess(G, other, least + auxiliaryBound(beta, c, c.h, h))).toBeLessThanOrEqual(1);
          const bound = least + costBound(beta, c, next) + costBound(beta, c, h);
          expect(excess(betaCost(beta, c, next), G, bound)).toBeLessThanOrEqual(1);
          expect(excess(G, betaCost(beta, c, h), bound)).toBeLessThanOrEqual(1);
          h = next;
        }
      }),
    );
  });

  test("V = WH is a fixed point, and the gradient is 0 there", () => {
    fc.assert(
      fc.property(allPositive, (c) => {
        const exact = { v: combine(c, c.from), W: c.W };
        const bound = c.from.map((h) => roundings(beta, c) * h);
        expect(farthest(betaMinimiser(beta, exact, c.from), c.from, bound)).toBeLessThanOrEqual(1);
        const slope = betaGradient(beta, exact, c.from);
        expect(
          farthest(slope, new Float64Array(slope.length), slopeBound(beta, exact, c.from)),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test.each([
  [2, euclideanCost, euclideanAuxiliary],
  [1, divergenceCost, divergenceAuxiliary],
] as const)("β = %d gives back the paper's F and G", (beta, F, G) => {
  fc.assert(
    fc.property(allPositive, (c) => {
      const costs = 2 * costBound(beta, c, c.h);
      expect(distance(betaCost(beta, c, c.h), F(c, c.h), costs)).toBeLessThanOrEqual(1);
      const [ours, paper] = [betaAuxiliary(beta, c, c.h, c.from), G(c, c.h, c.from)];
      // α (log W h − log α) has logarithms of its own: |log α| and |log W| on top.
      const logs = beta === 1 ? 40 * roundings(beta, c) * sum(c.v) : 0;
      const bound = 2 * auxiliaryBound(beta, c, c.h, c.from) + costs + logs;
      expect(distance(ours, paper, bound)).toBeLessThanOrEqual(1);
    }),
  );
});
