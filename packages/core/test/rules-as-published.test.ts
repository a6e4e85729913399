/** What a rule does beyond descending: where it leads, and the steps of its paper. */
import { EigenvalueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { factorize, type FactorizeOptions, type HostDense, Linalg, rules } from "../src/index.js";
import { largestEigenvalue } from "../src/rules/largest-eigenvalue.js";
import { expectClose, product, random, toSmall } from "./host.js";
import { ThreeVerbs } from "./three-verbs.js";

const fit = (V: HostDense, options: FactorizeOptions) =>
  factorize(new Linalg(new ThreeVerbs()), V, { tol: 0, kktTol: 0, ...options });
const combined = (a: HostDense, b: HostDense, of: (x: number, y: number) => number): HostDense => ({
  ...a,
  data: a.data.map((x, p) => of(x, b.data[p]!)),
});

describe("every rule ends where nothing falls any more", () => {
  const V = random(12, 9);
  const extras = {
    plain: {},
    weights: { weights: random(12, 9, 2) },
    penalties: { penalties: { W: { l1: 0.05, l2: 0.1 }, H: { l1: 0.1, l2: 0.05 } } },
  } as const;
  const cases = [...new Set(rules.map(({ algorithm }) => algorithm))].flatMap((algorithm) =>
    [2, 1].flatMap((beta) =>
      (["plain", "weights", "penalties"] as const)
        .filter((extra) => {
          const demands = { beta, [extra]: extra === "plain" ? undefined : true };
          return rules.some((rule) => rule.algorithm === algorithm && rule.supports(demands));
        })
        .map((extra) => ({ algorithm, beta, extra })),
    ),
  );
  /** Those that get there in steps that shrink as they come near. */
  const slow = ["multiplicative", "additive", "additive-rescaled", "plsa"];

  test.each(cases)("$algorithm, β = $beta, $extra", async ({ algorithm, beta, extra }) => {
    const options = { rank: 3, algorithm, loss: beta, ...extras[extra] } as FactorizeOptions;
    const start = await fit(V, { ...options, maxIterations: 0 });
    const kktTol = slow.includes(algorithm) ? start.kkt / 50 : 1e-6;
    const end = await fit(V, { ...options, kktTol, maxIterations: 1500 });
    expect(end).toMatchObject({ stoppedBy: "kktTol", converged: true });
  });
});

test("conjugate directions reach the minimum over two components in two steps", async () => {
  // Eigenvalues of WᵀW in the ratio 81; the gradient has as much of either direction, where steepest
  // descent keeps 80/82 of it in a step.
  const W: HostDense = { rows: 2, cols: 2, data: Float64Array.of(1, 0.8, 0.8, 1) };
  const H: HostDense = { rows: 2, cols: 3, data: Float64Array.of(1, 2, 3, 3, 2, 1) };
  const [a, b] = [1.64, 1.6];
  const away = [0.01, 0.02, -0.01].map((size) => size / (a * a - b * b));
  const from = {
    ...H,
    data: H.data.map((x, p) => x + away[p % 3]! * (p < 3 ? a : -b)),
  };
  const V = product(W, H);
  const options = { rank: 2, algorithm: "conjugate-gradient", hold: "W" } as const;
  const { H: reached } = await fit(V, { ...options, init: { W, H: from }, maxIterations: 1 });
  expectClose(from, H, 0.2);
  expectClose(reached, H, 1e-9);
});

describe("along a line of one entry the first step", () => {
  const [V, W, M] = [random(7, 5, 3), random(7, 1, 4), random(7, 5, 5)];
  const H = { rows: 1, cols: 5, data: new Float64Array(5).fill(0.1) };
  const sum = (j: number, term: (m: number, v: number, w: number) => number) =>
    [0, 1, 2, 3, 4, 5, 6].reduce(
      (total, i) => total + term(M.data[i * 5 + j]!, V.data[i * 5 + j]!, W.data[i]!),
      0,
    );
  const each = (of: (j: number) => number) => ({ ...H, data: H.data.map((_, j) => of(j)) });

  test.each(["additive-line-search", "conjugate-gradient"] as const)(
    "is the least squares solution, weighted and penalised: %s",
    async (algorithm) => {
      const [l1, l2] = [0.05, 3];
      const options = { rank: 1, algorithm, hold: "W", init: { W, H }, maxIterations: 1 } as const;
      for (const weighted of [true, false]) {
        const m = (x: number) => (weighted ? x : 1);
        const expected = each((j) => {
          const cross = sum(j, (x, v, w) => m(x) * w * v);
          return Math.max(0, cross - l1) / (sum(j, (x, _, w) => m(x) * w * w) + l2);
        });
        const reached = await fit(V, {
          ...{ ...options, penalties: { H: { l1, l2 } } },
          ...(weighted ? { weights: M } : {}),
        });
        expectClose(reached.H, expected, 1e-13);
      }
    },
  );

  // From h*(1 − e) that of Newton on S h − N log h ends at h*(1 − e²), h* = N/S.
  test("is Newton's for the divergence", async () => {
    const best = each((j) => sum(j, (m, v) => m * v) / sum(j, (m, _, w) => m * w));
    const e = 1e-3;
    const at = (share: number) => ({ ...best, data: best.data.map((x) => x * share) });
    const { H: reached } = await fit(V, {
      ...{ rank: 1, loss: 1, algorithm: "additive-line-search", weights: M },
      ...{ hold: "W", init: { W, H: at(1 - e) }, maxIterations: 1 },
    });
    expectClose(reached, at(1 - e * e), 1e-11);
  });
});

test("the step of NeNMF is short enough for a large L2 penalty", async () => {
  const penalties = { W: { l2: 1e-3 }, H: { l2: 1e4 } };
  const options = { rank: 3, algorithm: "nenmf", penalties, checkEvery: 1 } as const;
  const { history } = await fit(random(12, 9), { ...options, maxIterations: 20 });
  for (const [t, { objective }] of history.slice(1).entries()) {
    expect(objective).toBeLessThanOrEqual(history[t]!.objective * (1 + 1e-13));
  }
  expect(history.at(-1)!.kkt).toBeLessThan(1e-3 * history[0]!.kkt);
});

/** Sweeps of coordinate descent on H until one moves a tenth of the first, at most `most` (Gillis and Glineur). */
function swept(V: HostDense, W: HostDense, from: HostDense, most: number) {
  const [v, w, H] = [toSmall(V), toSmall(W), toSmall(from)];
  const [G, C] = [w.transpose().mmul(w), w.transpose().mmul(v)];
  let [count, first] = [0, 0];
  while (count < most) {
    let moved = 0;
    for (let a = 0; a < H.rows; a++) {
      for (let j = 0; j < H.columns; j++) {
        let slope = C.get(a, j);
        for (let b = 0; b < H.rows; b++) slope -= G.get(a, b) * H.get(b, j);
        const next = Math.max(0, H.get(a, j) + slope / G.get(a, a));
        moved += (next - H.get(a, j)) ** 2;
        H.set(a, j, next);
      }
    }
    if (count++ === 0) first = moved;
    else if (Math.sqrt(moved) <= 0.1 * Math.sqrt(first)) break;
  }
  return { count, H: { ...from, data: Float64Array.from(H.to1DArray()) } };
}

test.each([
  // The products cost as much as 73 sweeps, of which half may be made, and 1.2.
  [200, 6, 37],
  [6, 200, 1],
])("HALS sweeps again while that pays: %i×%i", async (rows, cols, most) => {
  const [V, W, H] = [random(rows, cols, 3), random(rows, 5, 4), random(5, cols, 5)];
  const options = { rank: 5, algorithm: "hals", hold: "W", init: { W, H } } as const;
  const expected = swept(V, W, H, most);
  expect(expected.count).toBeLessThanOrEqual(most);
  if (most > 1) expect(expected.count).toBeGreaterThan(2);
  expectClose((await fit(V, { ...options, maxIterations: 1 })).H, expected.H, 1e-11);
});

test("extrapolated HALS goes ahead, and back, as Ang and Gillis have it", async () => {
  const V = { ...random(15, 12, 8), data: random(15, 12, 8).data.map((x) => 0.25 + x) };
  const sumOfSquares = ({ data }: HostDense) => Array.from(data).reduce((sum, x) => sum + x * x, 0);
  const norm2 = sumOfSquares(V);
  const options = { rank: 4, algorithm: "hals-extrapolated" } as const;
  let last = (await fit(V, { ...options, maxIterations: 1 })).checkpoint;
  let rises = 0;
  let before = Infinity;
  for (let iteration = 2; iteration <= 60; iteration++) {
    const { checkpoint } = await fit(V, { ...options, maxIterations: iteration, resume: last });
    const [was, is] = [last.state!, checkpoint.state!];
    const rose = was.scalars["error"]! > before;
    const { beta, betaBefore, ceiling } = was.scalars as Record<string, number>;
    expect(is.scalars).toMatchObject(
      rose
        ? { beta: beta! / 1.5, ceiling: betaBefore! }
        : { beta: Math.min(ceiling!, 1.01 * beta!), ceiling: Math.min(1, 1.005 * ceiling!) },
    );
    // A point is left as it was where the iteration from it rose.
    const left = is.matrices as Record<"W" | "H" | "W_y" | "H_y", HostDense>;
    if (rose) expect([left.W, left.H]).toEqual([was.matrices["W"], was.matrices["H"]]);
    else expect([left.W, left.H]).toEqual([last.W, last.H]);
    const ahead = (factor: "W" | "H") =>
      combined(checkpoint[factor], left[factor], (x, y) => x + is.scalars["beta"]! * (x - y));
    expectClose(left.W_y, ahead("W"), 1e-14);
    const H_y = ahead("H");
    expectClose(left.H_y, { ...H_y, data: H_y.data.map((x) => Math.max(0, x)) }, 1e-14);
    const square = sumOfSquares(combined(V, product(checkpoint.W, left.H_y), (v, x) => v - x));
    expect(Math.abs(is.scalars["error"]! - (square - norm2))).toBeLessThan(1e-12 * norm2);
    before = was.scalars["error"]!;
    last = checkpoint;
    if (rose) rises++;
  }
  expect(rises).toBeGreaterThan(0);
});

test("the largest eigenvalue of a nonnegative matrix is bounded from above, and closely", () => {
  for (let seed = 0; seed < 20; seed++) {
    const W = toSmall(random(9, 5, seed));
    const gram = W.transpose().mmul(W);
    const exact = Math.max(...new EigenvalueDecomposition(gram).realEigenvalues);
    const bound = largestEigenvalue(Float64Array.from(gram.to1DArray()), 5);
    expect(bound).toBeGreaterThanOrEqual(exact * (1 - 1e-14));
    expect(bound).toBeLessThan(exact * (1 + 1e-6));
  }
});
