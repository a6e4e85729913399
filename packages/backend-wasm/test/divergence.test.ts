import type { Dtype, HostArray } from "@nonneg/core";
import { afterAll, describe, expect, test } from "vitest";
import { dense, info, type Matrix, open, read, sparse, stream, unit } from "./support.js";

// Sizes across the kernels' blocks, slabs and register strips, which the conformance suite's are not.
const backend = await open();
afterAll(() => backend[Symbol.asyncDispose]());

type Host = Matrix & { readonly host: HostArray };

function product(w: Host, h: Host): Float64Array {
  const [m, n, k] = [w.rows, h.cols, w.cols];
  const x = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let a = 0; a < k; a++) {
      const f = w.host[i * k + a]!;
      for (let j = 0; j < n; j++) x[i * n + j]! += f * h.host[a * n + j]!;
    }
  }
  return x;
}

/**
 * Everything is positive, so errors stay relative: k roundings of x (amplified by the power), the
 * ratio's few, and those of a sum over `depth` terms.
 */
function expectNear(got: HostArray, exact: Float64Array, roundings: number, dtype: Dtype): void {
  expect(got).toHaveLength(exact.length);
  let worst = 0;
  exact.forEach((x, i) => {
    const error = Math.abs(got[i]! - x) / (x || 1);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  });
  expect(worst).toBeLessThanOrEqual(roundings * (unit(dtype) + 2 ** -53));
}

async function checkTerms(beta: number, v: Host, w: Host, h: Host, weights?: Host) {
  const [m, n, k] = [w.rows, h.cols, w.cols];
  const { dtype } = v;
  const x = product(w, h);
  const weight = (p: number) => (weights ? weights.host[p]! : 1);
  const first = x.map((value, p) => weight(p) * v.host[p]! * value ** (beta - 2));
  const second = x.map((value, p) => weight(p) * value ** (beta - 1));
  const sums = beta === 1 && weights === undefined;
  for (const factor of ["H", "W"] as const) {
    const forH = factor === "H";
    const out = forH ? info(k, n, dtype) : info(m, k, dtype);
    const den = !sums ? out : forH ? info(k, 1, dtype) : info(1, k, dtype);
    const terms = backend.divergenceTerms(
      { numerator: out, denominator: den },
      weights ? { beta, v, w, h, weights } : { beta, v, w, h },
      factor,
    );
    const project = (r: Float64Array) => {
      const sum = new Float64Array(forH ? k * n : m * k);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const value = r[i * n + j]!;
          if (value === 0) continue;
          for (let a = 0; a < k; a++) {
            if (forH) sum[a * n + j]! += w.host[i * k + a]! * value;
            else sum[i * k + a]! += h.host[a * n + j]! * value;
          }
        }
      }
      return sum;
    };
    const roundings = (Math.abs(beta - 2) + 1) * (k + 8) + (forH ? m : n) + 8;
    expectNear(await read(backend, out, terms.numerator), project(first), roundings, dtype);
    if (!sums) {
      expectNear(await read(backend, out, terms.denominator), project(second), roundings, dtype);
    }
    backend.release(terms.numerator);
    backend.release(terms.denominator);
  }
}

/** t − log1p t for β = 0 and 1, closed forms without cancellation for whole β. */
const bracket = (t: number) => t - Math.log1p(t);
const costs: Readonly<Record<number, (y: number, x: number) => number>> = {
  0: (y, x) => bracket((y - x) / x),
  1: (y, x) => y * bracket((x - y) / y),
  2: (y, x) => (y - x) ** 2 / 2,
  3: (y, x) => ((y - x) ** 2 * (y + 2 * x)) / 6,
  4: (y, x) => ((y - x) ** 2 * (y ** 2 + 2 * y * x + 3 * x ** 2)) / 12,
};

async function checkLoss(beta: number, v: Host, w: Host, h: Host, weights?: Host) {
  const one = info(1, 1, "float64");
  const operands = weights ? { beta, v, w, h, weights } : { beta, v, w, h };
  const { sum, infinite } = backend.divergence({ sum: one, infinite: one }, operands);
  let exact = 0;
  let lost = 0; // Neumaier's compensated sum
  let bound = 0;
  product(w, h).forEach((x, p) => {
    const [y, m] = [v.host[p]!, weights ? weights.host[p]! : 1];
    const d = y === 0 ? x ** beta / beta : costs[beta]!(y, x);
    const next = exact + m * d;
    lost += exact >= m * d ? exact - next + m * d : m * d - next + exact;
    exact = next;
    // roundings of d (20), of sums of 64 pairs and of their sums (64 at most, then pairwise), and those of x, which move d by its derivative
    bound += 2 ** -53 * m * (170 * d + (w.cols + 8) * Math.abs(x - y) * x ** (beta - 1));
  });
  // off a CSR pattern: a difference of two sums over all of WH
  if (v.format === "csr") bound += 64 * 2 ** -53 * exact;
  const got = await read(backend, one, sum);
  expect(Math.abs(got[0]! - exact - lost)).toBeLessThanOrEqual(bound);
  expect(await read(backend, one, infinite)).toEqual(Float64Array.of(0));
  backend.release(sum);
  backend.release(infinite);
}

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each([
    [300, 270, 7],
    [1200, 45, 20],
    [129, 1030, 3],
    [40, 50, 70],
  ])("dense %i×%i of rank %i, across blocks and slabs", async (m, n, k) => {
    const next = stream(m);
    const matrix = (rows: number, cols: number) =>
      dense(backend, rows, cols, dtype, () => next() + 0.1);
    const [v, w, h, weights] = [matrix(m, n), matrix(m, k), matrix(k, n), matrix(m, n)];
    for (const beta of [1, 0, 0.5, 2, 3]) {
      if (beta !== 2) await checkTerms(beta, v, w, h);
      await checkTerms(beta, v, w, h, weights);
    }
    for (const beta of [0, 1, 2, 3, 4]) {
      await checkLoss(beta, v, w, h);
      await checkLoss(beta, v, w, h, weights);
    }
    for (const { handle } of [v, w, h, weights]) backend.release(handle);
  });

  test("a rank past what a thread's scratch memory holds", async () => {
    const next = stream(8);
    const [m, n, k] = [9, 11, 2600];
    const v = dense(backend, m, n, dtype, next);
    const w = dense(backend, m, k, dtype, next);
    const h = dense(backend, k, n, dtype, next);
    await checkTerms(1, v, w, h);
    for (const { handle } of [v, w, h]) backend.release(handle);
  });

  test("CSR, every number of vectors in a row, and several chunks", async () => {
    const next = stream(9);
    for (const k of [1, 2, 3, 4, 5, 8, 9, 12, 13, 16, 17, 20, 24, 25, 28, 29, 32, 33, 40]) {
      const [m, n] = k === 20 ? [300, 250] : [37, 41];
      const v = sparse(backend, m, n, dtype, k === 20 ? 0.5 : 0.3, next);
      const w = dense(backend, m, k, dtype, next);
      const h = dense(backend, k, n, dtype, next);
      await checkTerms(1, v, w, h);
      await checkLoss(1, v, w, h);
      await checkLoss(2, v, w, h);
      for (const { handle } of [v, w, h]) backend.release(handle);
    }
  });
});

test("CSR without weights is offered for β = 1 and 2 alone", () => {
  const next = stream(10);
  const v = sparse(backend, 5, 6, "float32", 0.5, next);
  const [w, h] = [dense(backend, 5, 2, "float32", next), dense(backend, 2, 6, "float32", next)];
  const one = info(1, 1, "float32");
  expect(() => backend.divergence({ sum: one, infinite: one }, { beta: 0, v, w, h })).toThrow(
    expect.objectContaining({ code: "NONNEG_UNSUPPORTED" }) as Error,
  );
});

test("quotients beyond 1e290 are the divergence they are", async () => {
  const one = info(1, 1, "float64");
  for (const [y, x] of [
    [1e-300, 1e300],
    [1e300, 1e-300],
    [1e-320, 1],
  ] as const) {
    const v = dense(backend, 1, 2, "float64", () => y);
    const w = dense(backend, 1, 1, "float64", () => x);
    const h = dense(backend, 1, 2, "float64", () => 1);
    const { sum } = backend.divergence({ sum: one, infinite: one }, { beta: 1, v, w, h });
    const exact = 2 * (y * (Math.log(y) - Math.log(x)) - y + x);
    const got = await read(backend, one, sum);
    expect(Math.abs(got[0]! / exact - 1)).toBeLessThanOrEqual(16 * 2 ** -53);
  }
});

test("the logarithm in a Kullback–Leibler divergence is right to units in the last place", async () => {
  const one = info(1, 1, "float64");
  for (let i = -100; i <= 100; i++) {
    const x = 1.04 ** i;
    if (i === 0) continue;
    const v = dense(backend, 1, 2, "float64", () => 1);
    const w = dense(backend, 1, 1, "float64", () => x);
    const h = dense(backend, 1, 2, "float64", () => 1);
    const { sum } = backend.divergence({ sum: one, infinite: one }, { beta: 1, v, w, h });
    const t = x - 1;
    const exact = 2 * (t - Math.log1p(t));
    const [got] = await read(backend, one, sum);
    // the reference loses 2u|t| to cancellation
    expect(Math.abs(got! - exact)).toBeLessThanOrEqual(2 ** -53 * (12 * exact + 8 * Math.abs(t)));
  }
});
