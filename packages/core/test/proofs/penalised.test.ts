import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  betaAuxiliary,
  betaMinimiser,
  combine,
  gradientSplit,
  monomial,
  penalisedAuxiliary,
  penalisedCost,
  penalisedMinimiser,
  type Column,
  type Penalties,
  type Vector,
} from "../../src/proofs/index.js";
import { allPositive, distance, excess, farthest, sum, u } from "./support.js";

const BETAS = [-1, 0, 0.5, 1, 1.5, 2, 3];
const NONE = { l1: 0, l2: 0 };
const weight = fc.oneof(
  fc.constant(0),
  fc.double({ min: -6, max: 6, noNaN: true }).map((e) => 2 ** e),
);
const penalty: fc.Arbitrary<Penalties> = fc.record({ l1: weight, l2: weight });

/** Roundings of one term: Wh, powers of it, Wᵀ(·), sums, to first order. */
const roundings = (beta: number, { W }: Column) =>
  2 * (4 + 2 * Math.abs(beta)) * (W.rows + 2 * W.cols + 14) * u;

function costSizes(beta: number, { l1, l2 }: Penalties, column: Column, h: Vector): number {
  const size = (b: number, x: number) =>
    b === 0 ? 1 + Math.abs(Math.log(x)) : x ** b * (1 + 1 / Math.abs(b));
  const x = combine(column, h);
  const terms = Array.from(column.v, (v, i) =>
    [x[i]!, v].map((y) => size(beta, y) + v * size(beta - 1, y)),
  );
  return sum(terms.flat()) + sum(Array.from(h, (y) => l1 * y + l2 * y * y));
}

function auxiliarySizes(
  beta: number,
  penalties: Penalties,
  column: Column,
  h: Vector,
  from: Vector,
): number {
  const { N, P } = gradientSplit(beta, penalties, column, from);
  const q = Math.max(beta, 2);
  const p = Math.min(beta - 1, 0);
  const terms = Array.from(h, (h_a, a) => {
    const r = h_a / from[a]!;
    // Every monomial of a power between p and q, and how a rounded logarithm moves it.
    const size = 4 + 2 * Math.abs(Math.log(r)) + (1 + Math.abs(Math.log(r))) * (r ** q + r ** p);
    return from[a]! * (P[a]! + N[a]!) * size;
  });
  return costSizes(beta, penalties, column, from) + sum(terms);
}

test("(r^s − 1)/s increases with s, and touches at r = 1", () => {
  const power = fc.double({ min: -3, max: 3, noNaN: true }).filter((s) => Math.abs(s) > 1e-3);
  const ratio = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(power, fc.constant(0)), power, ratio, (s, t, r) => {
      const [low, high] = s < t ? [s, t] : [t, s];
      const values = [monomial(low, r), monomial(high, r)] as const;
      const size = (b: number) =>
        (Math.abs(Math.log(r)) + 1) * (r ** b + 1) * (1 + 1 / (Math.abs(b) || 1));
      expect(excess(...values, 8 * u * (size(low) + size(high)))).toBeLessThanOrEqual(1);
      expect(monomial(s, 1)).toBe(0);
    }),
  );
});

describe.each(BETAS)("penalised, β = %d", (beta) => {
  test("G(h, h^t) ≥ F(h) and G(h, h) = F(h)", () => {
    fc.assert(
      fc.property(allPositive, penalty, (c, by) => {
        const sizes = costSizes(beta, by, c, c.h) + auxiliarySizes(beta, by, c, c.h, c.from);
        const G = penalisedAuxiliary(beta, by, c, c.h, c.from);
        const F = penalisedCost(beta, by, c, c.h);
        expect(excess(F, G, roundings(beta, c) * sizes)).toBeLessThanOrEqual(1);
        expect(penalisedAuxiliary(beta, by, c, c.from, c.from)).toBe(
          penalisedCost(beta, by, c, c.from),
        );
      }),
    );
  });

  test("the step is the minimiser of G, and the objective falls along the chain", () => {
    fc.assert(
      fc.property(allPositive, penalty, (c, by) => {
        let h: Float64Array = c.from;
        for (let t = 0; t < 3; t++) {
          const next = penalisedMinimiser(beta, by, c, h);
          const G = penalisedAuxiliary(beta, by, c, next, h);
          const other = penalisedAuxiliary(beta, by, c, c.h, h);
          const least = auxiliarySizes(beta, by, c, next, h);
          const bound = (sizes: number) => roundings(beta, c) * sizes;
          expect(
            excess(G, other, bound(least + auxiliarySizes(beta, by, c, c.h, h))),
          ).toBeLessThanOrEqual(1);
          const costs = costSizes(beta, by, c, next) + costSizes(beta, by, c, h);
          const F = penalisedCost(beta, by, c, next);
          expect(excess(F, G, bound(least + costs))).toBeLessThanOrEqual(1);
          expect(
            excess(G, penalisedCost(beta, by, c, h), bound(least + costs)),
          ).toBeLessThanOrEqual(1);
          h = next;
        }
      }),
    );
  });

  test("without penalties it is the majorizer by Jensen and tangent, and its step", () => {
    fc.assert(
      fc.property(allPositive, (c) => {
        const sizes = auxiliarySizes(beta, NONE, c, c.h, c.from) + costSizes(beta, NONE, c, c.h);
        const [ours, theirs] = [
          penalisedAuxiliary(beta, NONE, c, c.h, c.from),
          betaAuxiliary(beta, c, c.h, c.from),
        ];
        // The other evaluates the loss at x h_a / h^t_a, weighed by α.
        const { N, P } = gradientSplit(beta, NONE, c, c.from);
        const x = combine(c, c.from);
        const logs = Math.max(...x.map((x_i) => Math.abs(Math.log(x_i)))) + 8;
        const flat = sum(N.map((n, a) => (n + P[a]!) * c.from[a]! * logs));
        const bound = 2 * roundings(beta, c) * (sizes + flat + sum(c.v) * logs + logs * x.length);
        expect(distance(ours, theirs, bound)).toBeLessThanOrEqual(1);
        const step = penalisedMinimiser(beta, NONE, c, c.from);
        const same = step.map((s) => roundings(beta, c) * s);
        expect(farthest(step, betaMinimiser(beta, c, c.from), same)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("with an L2 penalty the plain exponent of β = 1 does not minimise, and may raise the objective", () => {
  const column = { v: [1], W: { rows: 1, cols: 1, data: Float64Array.of(0.05) } };
  const by = { l1: 0, l2: 1 };
  const from = [0.2];
  const { N, P } = gradientSplit(1, by, column, from);
  const plain = [(from[0]! * N[0]!) / P[0]!];
  const before = penalisedCost(1, by, column, from);
  expect(penalisedCost(1, by, column, plain)).toBeGreaterThan(before);
  const next = penalisedMinimiser(1, by, column, from);
  expect(penalisedCost(1, by, column, next)).toBeLessThan(before);
});
