import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  additiveDivergence,
  combine,
  correlate,
  divergenceAuxiliary,
  divergenceAuxiliaryGradient,
  divergenceCost,
  divergenceGradient,
  divergenceMinimiser,
  divergenceStepSizes,
  generalizedKullbackLeibler,
  jensenBound,
  kullbackLeibler,
  responsibilities,
  squaredDistance,
  type Column,
  type Vector,
} from "../../src/proofs/index.js";
import { distance, excess, farthest, sum, u, withZeros } from "./support.js";

/** Roundings of one entry on its way through Wh, a logarithm, Wᵀ(·) and a sum, to first order. */
const roundings = ({ W }: Column) => 2 * (W.rows + 2 * W.cols + 10) * u;

/** Σ of the sizes of the terms of F before they cancel; Infinity where F is. */
function costSizes({ v, W }: Column, h: Vector): number {
  const x = combine({ v, W }, h);
  return sum(
    x.map((x_i, i) => x_i + (v[i]! > 0 ? v[i]! * (2 + Math.abs(Math.log(v[i]! / x_i))) : 0)),
  );
}

/** The same of G. */
function auxiliarySizes(column: Column, h: Vector, from: Vector): number {
  const { v, W } = column;
  const { data: alpha } = responsibilities(column, from);
  const logs = Array.from(alpha, (alpha_ia, p) => {
    const share = alpha_ia * v[Math.floor(p / W.cols)]!;
    if (share === 0) return 0;
    const product = W.data[p]! * h[p % W.cols]!;
    return share * (1 + Math.abs(Math.log(product)) + Math.abs(Math.log(alpha_ia)));
  });
  const own = Array.from(v, (x) => (x > 0 ? x * (1 + Math.abs(Math.log(x))) : 0));
  return sum(combine(column, h)) + sum(own) + sum(logs);
}

/** Σ_i W_ia (v_i / x_i + 1): the terms of ∇F before they cancel. */
function slopeSizes(column: Column, h: Vector): Float64Array {
  const x = combine(column, h);
  return correlate(
    column,
    x.map((x_i, i) => 1 + (x_i > 0 ? column.v[i]! / x_i : 0)),
  );
}

const bounded = (column: Column, ...sizes: number[]) => roundings(column) * sum(sizes);

describe("Definition 1 and Lemma 3", () => {
  test("the α of (30) are shares that sum to one", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const { rows, cols, data } = responsibilities(c, c.from);
        for (let i = 0; i < rows; i++) {
          const row = data.subarray(i * cols, (i + 1) * cols);
          const whole = c.W.data.slice(i * cols, (i + 1) * cols).some((w) => w > 0) ? 1 : 0;
          expect(Math.abs(sum(row) - whole)).toBeLessThanOrEqual(roundings(c));
          expect(row.every((share) => share >= 0)).toBe(true);
        }
      }),
    );
  });

  test("(31): −log (Wh)_i ≤ −Σ α (log W h − log α)", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const x = combine(c, c.h);
        const { data: alpha } = responsibilities(c, c.from);
        const k = c.W.cols;
        jensenBound(c, c.h, c.from).forEach((upper, i) => {
          let sizes = Math.abs(Math.log(x[i]!)) + 2;
          for (let p = i * k; p < (i + 1) * k; p++) {
            if (alpha[p] === 0) continue;
            const product = c.W.data[p]! * c.h[p % k]!;
            sizes += alpha[p]! * (Math.abs(Math.log(product)) + Math.abs(Math.log(alpha[p]!)));
          }
          expect(excess(-Math.log(x[i]!), upper, bounded(c, sizes))).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  test("G(h, h^t) ≥ F(h): (26–27) lies above (28)", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const [F, G] = [divergenceCost(c, c.h), divergenceAuxiliary(c, c.h, c.from)];
        if (F === Infinity) expect(G).toBe(Infinity);
        const bound = bounded(c, costSizes(c, c.h), auxiliarySizes(c, c.h, c.from));
        expect(excess(F, G, bound)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("G(h, h) = F(h), and there their gradients are equal", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const [F, G] = [divergenceCost(c, c.from), divergenceAuxiliary(c, c.from, c.from)];
        const bound = bounded(c, costSizes(c, c.from), auxiliarySizes(c, c.from, c.from));
        expect(distance(F, G, bound)).toBeLessThanOrEqual(1);
        const slopes = slopeSizes(c, c.from).map((s) => roundings(c) * s);
        const [f, g] = [
          divergenceGradient(c, c.from),
          divergenceAuxiliaryGradient(c, c.from, c.from),
        ];
        expect(farthest(f, g, slopes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("the gradients are derivatives: they agree with central differences", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        fc.pre(divergenceCost(c, c.from) < Infinity);
        // F and G are sums of logarithms: over h(1 ± e) the third derivative adds e²/3 of the data's share.
        const e = 1e-4;
        c.from.forEach((h_a, a) => {
          const at = (x: number) => c.from.map((h, b) => (b === a ? x : h));
          const [up, down] = [at(h_a * (1 + e)), at(h_a * (1 - e))];
          const step = up[a]! - down[a]!;
          const slope = slopeSizes(c, c.from)[a]!;
          for (const [F, gradient, sizes] of [
            [(h: Vector) => divergenceCost(c, h), divergenceGradient(c, c.from), costSizes(c, up)],
            [
              (h: Vector) => divergenceAuxiliary(c, h, c.from),
              divergenceAuxiliaryGradient(c, c.from, c.from),
              auxiliarySizes(c, up, c.from),
            ],
          ] as const) {
            const bound = e * e * slope + bounded(c, 3 * sizes) / step + bounded(c, slope);
            expect(distance((F(up) - F(down)) / step, gradient[a]!, bound)).toBeLessThanOrEqual(1);
          }
        });
      }),
    );
  });

  test("h^t > 0 is asked for", () => {
    const c = { v: [1], W: { rows: 1, cols: 2, data: Float64Array.of(1, 1) } };
    for (const lemma of [divergenceAuxiliary, divergenceAuxiliaryGradient, jensenBound]) {
      expect(() => lemma(c, [1, 1], [1, 0])).toThrow(/Entry 1 of h\^t is 0/);
    }
  });
});

describe("Lemma 1 and Theorem 2", () => {
  test("the step is the minimiser of G: (32) is 0 there, and G is nowhere less", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const next = divergenceMinimiser(c, c.from);
        const sums = correlate(c, new Float64Array(c.W.rows).fill(1));
        const slope = divergenceAuxiliaryGradient(c, next, c.from);
        next.forEach((h, a) => {
          // A component that no positive v asks for goes to 0, where G only rises.
          if (h === 0) expect(slope[a]).toBe(sums[a]);
          else expect(distance(slope[a]!, 0, bounded(c, 2 * sums[a]!))).toBeLessThanOrEqual(1);
        });
        const [least, other] = [next, c.h].map((h) => divergenceAuxiliary(c, h, c.from));
        const sizes = [next, c.h].map((h) => auxiliarySizes(c, h, c.from));
        expect(excess(least!, other!, bounded(c, ...sizes))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("the chain (12): F(h^t+1) ≤ G(h^t+1, h^t) ≤ G(h^t, h^t) = F(h^t), by Σ Wᵀ1 d(h^t+1, h^t) at least", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        let h: Float64Array = c.from;
        for (let t = 0; t < 5 && h.every((x) => x > 0); t++) {
          const next = divergenceMinimiser(c, h);
          const G = divergenceAuxiliary(c, next, h);
          const bound = bounded(c, costSizes(c, next), costSizes(c, h), auxiliarySizes(c, next, h));
          expect(excess(divergenceCost(c, next), G, bound)).toBeLessThanOrEqual(1);
          // What G loses is the divergence of the new point from the old, weighed by Wᵀ1.
          const sums = correlate(c, new Float64Array(c.W.rows).fill(1));
          const gain = sum(sums.map((S, a) => S * generalizedKullbackLeibler(next[a]!, h[a]!)));
          expect(excess(G, divergenceCost(c, h) - gain, bound)).toBeLessThanOrEqual(1);
          h = next;
        }
      }),
    );
  });

  test("after the step the entries of Wh sum to those of v, over the rows that W reaches", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const x = combine(c, c.from);
        const reached = sum(Array.from(c.v, (v, i) => (x[i]! > 0 ? v : 0)));
        const after = sum(combine(c, divergenceMinimiser(c, c.from)));
        expect(distance(after, reached, 2 * bounded(c, reached))).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("(8) with the step sizes (9) is (5)", () => {
  fc.assert(
    fc.property(withZeros, (c) => {
      const eta = divergenceStepSizes(c, c.from);
      const sizes = slopeSizes(c, c.from);
      const bound = c.from.map((h, a) => roundings(c) * (h + eta[a]! * sizes[a]!));
      const additive = additiveDivergence(c, c.from, eta);
      expect(farthest(additive, divergenceMinimiser(c, c.from), bound)).toBeLessThanOrEqual(1);
    }),
  );
});

test("(3) is never negative and zero for v = x alone; without −v + x it goes below zero", () => {
  const size = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(size, size, (v, x) => {
      const bound = 8 * u * (v + x + Math.abs(kullbackLeibler(v, x)));
      expect(generalizedKullbackLeibler(v, x)).toBeGreaterThanOrEqual(-bound);
      expect(generalizedKullbackLeibler(v, v)).toBe(0);
      // d ≥ (v − x)² / (2 max(v, x)), by Taylor's theorem.
      expect(
        excess(
          squaredDistance(v, x) / (2 * Math.max(v, x)),
          generalizedKullbackLeibler(v, x),
          bound,
        ),
      ).toBeLessThanOrEqual(1);
      if (x > v) expect(kullbackLeibler(v, x)).toBeLessThan(0);
    }),
  );
  expect([kullbackLeibler(0, 0), generalizedKullbackLeibler(0, 3)]).toEqual([0, 3]);
});
