import type { Linalg, Matrix } from "@nonneg/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { betaDivergence } from "../src/beta-divergence.js";
import {
  dtype,
  hostDense,
  hostSparse,
  hostTranspose,
  integers,
  naiveProduct,
  numbers,
  roundoff,
  seed,
  withLinalg,
} from "./support.js";

const side = fc.integer({ min: 1, max: 12 });
const factor = fc.constantFrom("W" as const, "H" as const);
const betas = [-1, 0, 0.5, 1, 1.5, 2, 3];
const beta = fc.constantFrom(...betas);

/** Nonnegative, a fifth of it zeros. */
const nonnegative = (next: () => number) => () => Math.max(0, next() * 2.5 - 0.5);

/** d_β as its definition has it, good where v and x are apart. */
function textbook(beta: number, v: number, x: number): number {
  if (beta === 1) return (v === 0 ? 0 : v * Math.log(v / x)) - v + x;
  if (beta === 0) return v / x - Math.log(v / x) - 1;
  return (v ** beta + (beta - 1) * x ** beta - beta * v * x ** (beta - 1)) / (beta * (beta - 1));
}

test.each(betas)("d_%f is its definition, and half the square of t v^β where x ≈ v", (beta) => {
  for (const v of [1e-3, 0.7, 1, 30]) {
    for (const ratio of [1e-3, 0.4, 0.6, 1.4, 1.6, 50]) {
      const expected = textbook(beta, v, v * ratio);
      expect(betaDivergence(beta, v, v * ratio) / expected).toBeCloseTo(1, 12);
    }
    // d_β(v, v(1+t)) = v^β (t²/2 + O(t³)); the definition has lost every digit at t = 2^-27.
    const near = betaDivergence(beta, v, v * (1 + 2 ** -20));
    expect(near / (v ** beta * 2 ** -41)).toBeCloseTo(1, 5);
    expect(betaDivergence(beta, v, v)).toBe(0);
  }
});

test.each(betas)("d_%f does not overflow where it is representable", (beta) => {
  expect(betaDivergence(beta, 1e-300, 1e-3)).toBeGreaterThan(0);
  expect(betaDivergence(beta, 1e-3, 1e-300)).toBeGreaterThan(0);
  expect(betaDivergence(beta, 0, 0)).toBe(0);
});

/** A β-divergence with what it is made of, dense or CSR, with or without weights. */
const problem = fc
  .record({
    m: side,
    n: side,
    k: side,
    beta,
    dtype,
    seed,
    weighted: fc.boolean(),
    sparse: fc.boolean(),
  })
  // The zeros that a CSR V does not store have a closed form for β = 1 and 2 only.
  .filter(({ beta, weighted, sparse }) => !sparse || weighted || beta === 1 || beta === 2)
  .map(({ m, n, k, beta, dtype, seed, weighted, sparse }) => {
    const next = nonnegative(numbers(seed));
    const v = hostDense(dtype, m, n, next);
    const w = hostDense(dtype, m, k, next);
    const h = hostDense(dtype, k, n, next);
    // Of rank one, so that the backend can make them on V's pattern.
    const left = hostDense(dtype, m, 1, next);
    const right = hostDense(dtype, 1, n, next);
    const weight = hostDense(dtype, m, n, (i, j) =>
      weighted ? left.data[i]! * right.data[j]! : 1,
    );
    const stored = (i: number, j: number) => v.data[i * n + j] !== 0 || (i + 2 * j) % 3 === 0;
    const x = naiveProduct(w, h).data;
    const observed = Array.from(x, (x, p) => ({
      p,
      i: Math.floor(p / n),
      j: p % n,
      v: v.data[p]!,
      x,
      weight: sparse && weighted && !stored(Math.floor(p / n), p % n) ? 0 : weight.data[p]!,
    }));
    const upload = (la: Linalg) => {
      const V = la.upload(sparse ? hostSparse(v, stored) : v);
      const W = la.upload(w);
      const H = la.upload(h);
      using a = la.upload(left);
      using b = la.upload(right);
      const weights = !weighted ? undefined : sparse ? la.sampledMatmul(a, b, V) : la.matmul(a, b);
      return { beta, V, W, H, weights };
    };
    return { m, n, k, beta, dtype, weighted, sparse, w, h, observed, upload };
  });

const dispose = (...matrices: (Matrix | undefined)[]) => {
  for (const matrix of matrices) matrix?.[Symbol.dispose]();
};

test("the divergence sums finite entries, counts infinite ones and leaves unobserved ones out", () =>
  fc.assert(
    fc.asyncProperty(problem, ({ m, n, k, beta, observed, upload }) =>
      withLinalg(async (la) => {
        const given = upload(la);
        const result = la.divergence(given, { dtype: "float64" });
        const [sum, infinite] = await la.scalars(result.sum, result.infinite);
        dispose(given.V, given.W, given.H, given.weights, result.sum, result.infinite);

        const isInfinite = (v: number, x: number) => beta <= 1 && v > 0 && x === 0;
        const counted = observed.filter(({ weight }) => weight > 0);
        const finite = counted.filter(({ v, x }) => !isInfinite(v, x) && (v > 0 || beta > 0));
        const exact = finite.reduce(
          (total, { v, x, weight }) => total + weight * betaDivergence(beta, v, x),
          0,
        );
        // Each entry inherits the k roundings of x and adds some of its own; then they are summed.
        const power = (x: number, exponent: number) => (x === 0 ? 0 : x ** exponent);
        const terms = finite.reduce(
          (total, { v, x, weight }) =>
            total + weight * (power(v, beta) + power(x, beta) + v * power(x, beta - 1)),
          0,
        );
        const bound = (4 * k + m * n + 64) * roundoff.float64 * terms;
        expect(infinite).toBe(
          counted.length - counted.filter(({ v, x }) => !isInfinite(v, x)).length,
        );
        expect(Math.abs(sum! - exact)).toBeLessThanOrEqual(bound);
      }),
    ),
    { numRuns: 500 },
  ));

test("divergence terms are the two parts of the gradient", () =>
  fc.assert(
    fc.asyncProperty(
      problem,
      factor,
      ({ m, n, k, beta, dtype, weighted, w, h, observed, upload }, factor) =>
        withLinalg(async (la) => {
          const given = upload(la);
          const result = la.divergenceTerms(given, factor);
          const [numerator, denominator] = await la.download(result.numerator, result.denominator);
          dispose(given.V, given.W, given.H, given.weights);
          result[Symbol.dispose]();

          const cols = factor === "H" ? n : k;
          const exact = [new Float64Array(factor === "H" ? k * n : m * k)];
          exact.push(exact[0]!.slice());
          for (const { i, j, v, x, weight } of observed) {
            const power = (exponent: number) => (exponent === 0 ? 1 : x === 0 ? 0 : x ** exponent);
            for (let a = 0; a < k; a++) {
              const at = factor === "H" ? a * cols + j : i * cols + a;
              const partner = factor === "H" ? w.data[i * k + a]! : h.data[a * n + j]!;
              exact[0]![at]! += partner * weight * v * power(beta - 2);
              exact[1]![at]! += partner * weight * power(beta - 1);
            }
          }
          // All terms are nonnegative, so the error is relative, entry by entry.
          const sums = 2 * Math.max(m, n) + 2 * (k + 2) * (Math.abs(beta) + 3);
          const relative = sums * roundoff.float64 + roundoff[dtype];
          const short = beta === 1 && !weighted;
          exact[0]!.forEach((value, p) => {
            const other = exact[1]![p]!;
            const a = factor === "H" ? Math.floor(p / cols) : p % cols;
            expect(Math.abs(numerator![p]! - value)).toBeLessThanOrEqual(relative * value);
            expect(Math.abs(denominator![short ? a : p]! - other)).toBeLessThanOrEqual(
              relative * other,
            );
          });
          expect(denominator!.length).toBe(short ? k : numerator!.length);
        }),
    ),
    { numRuns: 500 },
  ));

test("a V of many blocks of rows is taken block by block", () =>
  withLinalg(async (la) => {
    // Whole numbers: every sum is exact. Two rows of WH fit a block, so that the third is short.
    const [m, n, k] = [5, 2 ** 17, 2];
    const next = integers(7);
    const whole = () => Math.abs(next());
    const v = hostDense("float64", m, n, whole);
    const w = hostDense("float64", m, k, whole);
    const h = hostDense("float64", k, n, whole);
    const x = naiveProduct(w, h);
    using V = la.upload(v);
    using W = la.upload(w);
    using H = la.upload(h);

    let square = 0;
    for (let p = 0; p < m * n; p++) square += 0.5 * (v.data[p]! - x.data[p]!) ** 2;
    const { sum, infinite } = la.divergence({ beta: 2, V, W, H });
    expect(await la.scalars(sum, infinite)).toEqual([square, 0]);
    dispose(sum, infinite);

    const entries = hostDense("float64", m, n, (i, j) => x.data[i * n + j]! * v.data[i * n + j]!);
    const squares = hostDense("float64", m, n, (i, j) => x.data[i * n + j]! ** 2);
    using forH = la.divergenceTerms({ beta: 3, V, W, H }, "H");
    using forW = la.divergenceTerms({ beta: 3, V, W, H }, "W");
    const expected = [
      naiveProduct(hostTranspose(w), entries),
      naiveProduct(hostTranspose(w), squares),
      naiveProduct(entries, hostTranspose(h)),
      naiveProduct(squares, hostTranspose(h)),
    ];
    const actual = await la.download(
      forH.numerator,
      forH.denominator,
      forW.numerator,
      forW.denominator,
    );
    // Not toEqual: to print how such long arrays differ would take minutes.
    const wrong = expected.map(({ data }, i) => data.findIndex((x, p) => x !== actual[i]![p]));
    expect(wrong).toEqual([-1, -1, -1, -1]);
  }));

test("what needs all of WH on a sparse V is refused", () =>
  withLinalg(async (la) => {
    using V = la.upload(hostSparse(hostDense("float64", 2, 2, (i, j) => i + j)));
    using W = la.full(2, 1, 1, "float64");
    using H = la.full(1, 2, 1, "float64");
    const given = { beta: 1.5, V, W, H };
    const refused = expect.objectContaining({ code: "NONNEG_UNSUPPORTED" }) as unknown;
    expect(() => la.divergence(given)).toThrow(refused);
    expect(() => la.divergenceTerms(given, "H")).toThrow(refused);
  }));
