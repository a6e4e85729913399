import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import {
  additiveEuclidean,
  collatzWielandt,
  combine,
  correlate,
  curvature,
  curvatureGap,
  euclideanAuxiliary,
  euclideanAuxiliaryGradient,
  euclideanCost,
  euclideanGradient,
  euclideanMinimiser,
  euclideanStepSizes,
  gram,
  positiveEigenvector,
  rescaledGap,
  scaledGram,
  sumOfSquares,
  type Column,
  type Vector,
} from "../../src/proofs/index.js";
import { distance, excess, farthest, sum, u, withZeros } from "./support.js";

/** Roundings of one entry on its way through Wh, Wᵀ(·) and a sum over m or k, to first order. */
const roundings = ({ W }: Column) => 2 * (W.rows + 2 * W.cols + 8) * u;

/** What an evaluation of F may be wrong by: the sizes of its terms before they cancel. */
function costBound(column: Column, h: Vector): number {
  const x = combine(column, h);
  return roundings(column) * sum(x.map((x_i, i) => 0.5 * (column.v[i]! + x_i) ** 2));
}

/** The same of G. */
function auxiliaryBound(column: Column, h: Vector, from: Vector): number {
  const K = curvature(column, from);
  const sizes = slopeSizes(column, from).map((s, a) => {
    const d = Math.abs(h[a]! - from[a]!);
    return d * s + 0.5 * K[a]! * d * d;
  });
  return costBound(column, from) + roundings(column) * sum(sizes);
}

/** (WᵀWh + Wᵀv)_a: the terms of ∇F before they cancel. */
function slopeSizes(column: Column, h: Vector): Float64Array {
  const x = combine(column, h);
  return correlate(
    column,
    x.map((x_i, i) => x_i + column.v[i]!),
  );
}

describe("Definition 1 and Lemma 2", () => {
  test("G(h, h^t) ≥ F(h): (14) lies above (15)", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const bound = costBound(c, c.h) + auxiliaryBound(c, c.h, c.from);
        expect(
          excess(euclideanCost(c, c.h), euclideanAuxiliary(c, c.h, c.from), bound),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("G(h, h) = F(h), and there their gradients are equal", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        expect(euclideanAuxiliary(c, c.from, c.from)).toBe(euclideanCost(c, c.from));
        expect(euclideanAuxiliaryGradient(c, c.from, c.from)).toEqual(euclideanGradient(c, c.from));
      }),
    );
  });

  test("the gradient is that of F: F(h) is its own Taylor series (16)", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const d = c.h.map((x, a) => x - c.from[a]!);
        const { data: hessian } = gram(c);
        const k = d.length;
        const curve = 0.5 * sum(hessian.map((g, p) => g * d[Math.floor(p / k)]! * d[p % k]!));
        const slope = sum(euclideanGradient(c, c.from).map((s, a) => s * d[a]!));
        const sizes =
          0.5 * sum(hessian.map((g, p) => g * Math.abs(d[Math.floor(p / k)]! * d[p % k]!)));
        const bound = costBound(c, c.h) + auxiliaryBound(c, c.h, c.from) + k * roundings(c) * sizes;
        const series = euclideanCost(c, c.from) + slope + curve;
        expect(distance(series, euclideanCost(c, c.h), bound)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("h^t > 0 is asked for", () => {
    const c = { v: [1], W: { rows: 1, cols: 2, data: Float64Array.of(1, 1) } };
    for (const lemma of [euclideanAuxiliary, euclideanAuxiliaryGradient]) {
      expect(() => lemma(c, [1, 1], [1, 0])).toThrow(/Entry 1 of h\^t is 0/);
    }
    for (const lemma of [curvature, curvatureGap, scaledGram, positiveEigenvector]) {
      expect(() => lemma(c, [1, 0])).toThrow(/Entry 1 of h\^t is 0/);
    }
    expect(() => combine(c, [1])).toThrow(/W is 1×2, h has 1/);
  });
});

describe("K − WᵀW is positive semidefinite", () => {
  test("(22): νᵀMν is a sum of squares", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const k = c.W.cols;
        const nu = c.h.map((x, a) => x - c.from[a]!);
        const { data: M } = rescaledGap(c, c.from);
        const form = sum(M.map((m, p) => nu[Math.floor(p / k)]! * m * nu[p % k]!));
        const squares = sumOfSquares(c, c.from, nu);
        const { data: G } = gram(c);
        const K = curvature(c, c.from);
        const sizes = G.map((g, p) => {
          const [a, b] = [Math.floor(p / k), p % k];
          const curve = g + (a === b ? K[a]! : 0);
          return curve * c.from[a]! * c.from[b]! * (nu[a]! ** 2 + nu[b]! ** 2);
        });
        const bound = k * roundings(c) * sum(sizes);
        expect(distance(form, squares, bound)).toBeLessThanOrEqual(1);
        expect(squares).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("its smallest eigenvalue is not negative", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const k = c.W.cols;
        const { data } = curvatureGap(c, c.from);
        const values = eigenvalues(k, data);
        const norm = Math.hypot(...curvature(c, c.from), ...gram(c).data);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(-k * k * roundings(c) * norm);
      }),
    );
  });

  test("Perron and Frobenius: √(h (WᵀWh)) > 0 is an eigenvector of K^−½WᵀWK^−½, eigenvalue 1", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const A = scaledGram(c, c.from);
        const x = positiveEigenvector(c, c.from);
        fc.pre(x.some((x_a) => x_a > 0));
        const { least, largest } = collatzWielandt(A, x);
        expect(Math.abs(least - 1)).toBeLessThanOrEqual(2 * roundings(c));
        expect(Math.abs(largest - 1)).toBeLessThanOrEqual(2 * roundings(c));
        const radius = Math.max(...eigenvalues(A.rows, A.data).map(Math.abs));
        expect(Math.abs(radius - 1)).toBeLessThanOrEqual(A.rows ** 2 * roundings(c) * A.rows);
      }),
    );
  });
});

function eigenvalues(size: number, data: Vector): number[] {
  const matrix = Matrix.from1DArray(size, size, Array.from(data));
  return new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues;
}

describe("Lemma 1 and Theorem 1", () => {
  test("the step is the minimiser of G (24): its gradient there is 0, and G is nowhere less", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const next = euclideanMinimiser(c, c.from);
        const K = curvature(c, c.from);
        const bound = slopeSizes(c, c.from).map(
          (s, a) => roundings(c) * (s + K[a]! * (next[a]! + c.from[a]!)),
        );
        const slope = euclideanAuxiliaryGradient(c, next, c.from);
        expect(farthest(slope, new Float64Array(next.length), bound)).toBeLessThanOrEqual(1);
        const values = [next, c.h].map((h) => euclideanAuxiliary(c, h, c.from)) as [number, number];
        const either = auxiliaryBound(c, next, c.from) + auxiliaryBound(c, c.h, c.from);
        expect(excess(...values, either)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("the chain (12): F(h^t+1) ≤ G(h^t+1, h^t) ≤ G(h^t, h^t) = F(h^t), by ½ ∇ᵀK⁻¹∇ at least", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        let h: Float64Array = c.from;
        for (let t = 0; t < 5 && h.every((x) => x > 0); t++) {
          const next = euclideanMinimiser(c, h);
          const G = euclideanAuxiliary(c, next, h);
          const bound = costBound(c, next) + costBound(c, h) + auxiliaryBound(c, next, h);
          expect(excess(euclideanCost(c, next), G, bound)).toBeLessThanOrEqual(1);
          const K = curvature(c, h);
          const gain = 0.5 * sum(euclideanGradient(c, h).map((s, a) => (s ? (s * s) / K[a]! : 0)));
          expect(excess(G, euclideanCost(c, h) - gain, 2 * bound)).toBeLessThanOrEqual(1);
          h = next;
        }
      }),
    );
  });

  test("V = WH is a fixed point", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const exact = { v: combine(c, c.from), W: c.W };
        const next = euclideanMinimiser(exact, c.from);
        expect(next).toEqual(c.from);
      }),
    );
  });
});

describe("additive steps", () => {
  test("(6) with the step sizes (7) is (4)", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const eta = euclideanStepSizes(c, c.from);
        const sizes = slopeSizes(c, c.from);
        const bound = c.from.map((h, a) => roundings(c) * (h + eta[a]! * sizes[a]!));
        const additive = additiveEuclidean(c, c.from, eta);
        expect(farthest(additive, euclideanMinimiser(c, c.from), bound)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("a constant step below 1/‖WᵀW‖ decreases F, and a long one leaves the orthant", () => {
    fc.assert(
      fc.property(withZeros, (c) => {
        const trace = sum(c.W.data.map((w) => w * w));
        fc.pre(trace > 0);
        const next = additiveEuclidean(
          c,
          c.from,
          c.from.map(() => 1 / trace),
        );
        const bound = costBound(c, next.map(Math.abs)) + costBound(c, c.from);
        const slope = euclideanGradient(c, c.from);
        const gain = (0.5 * sum(slope.map((s) => s * s))) / trace;
        const [before, after] = [euclideanCost(c, c.from), euclideanCost(c, next)];
        expect(excess(after, before - gain, 2 * bound)).toBeLessThanOrEqual(1);
      }),
    );
    const c = { v: [1], W: { rows: 1, cols: 1, data: Float64Array.of(1) } };
    expect(additiveEuclidean(c, [2], [3])).toEqual(Float64Array.of(-1));
  });
});
