/** The steps of the lemmas, column by column on the host, are the rules' own on a backend. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Factor, type HostDense, Linalg, type Penalty, selectRule } from "../../src/index.js";
import {
  betaMinimiser,
  divergenceMinimiser,
  euclideanMinimiser,
  penalisedMinimiser,
  type Column,
  type Vector,
} from "../../src/proofs/index.js";
import { ThreeVerbs } from "../three-verbs.js";
import { u } from "./support.js";

const entries = (rows: number, cols: number): fc.Arbitrary<HostDense> =>
  fc
    .array(fc.double({ min: -4, max: 4, noNaN: true }), {
      minLength: rows * cols,
      maxLength: rows * cols,
    })
    .map((e) => ({ rows, cols, data: Float64Array.from(e, (x) => 2 ** x) }));

const size = fc.integer({ min: 1, max: 5 });
const problems = fc
  .tuple(size, size, size)
  .chain(([m, n, k]) => fc.record({ V: entries(m, n), W: entries(m, k), H: entries(k, n) }));

const columnOf = ({ rows, cols, data }: HostDense, j: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!);
const transposed = (A: HostDense): HostDense => ({
  rows: A.cols,
  cols: A.rows,
  data: Float64Array.from({ length: A.data.length }, (_, p) => {
    const [i, j] = [Math.floor(p / A.rows), p % A.rows];
    return A.data[j * A.cols + i]!;
  }),
});

/** Both factors penalised, as the rules ask for it. */
const PENALTY = { l1: 0.3, l2: 0.7 };

const STEPS: [number, string, (column: Column, from: Vector) => Float64Array, Penalty?][] = [
  [2, "(25)", euclideanMinimiser],
  [1, "(33)", divergenceMinimiser],
  ...[-1, 0, 0.5, 1.5, 3].map((beta): (typeof STEPS)[number] => [
    beta,
    "γ(β)",
    (column, from) => betaMinimiser(beta, column, from),
  ]),
  ...[-1, 0, 0.5, 1, 1.5, 2, 3].map((beta): (typeof STEPS)[number] => [
    beta,
    "with L1 and L2",
    (column, from) => penalisedMinimiser(beta, PENALTY, column, from),
    PENALTY,
  ]),
];

test.each(STEPS)(
  "multiplicative, β = %d: each column moves to the minimiser %s",
  async (...step) => {
    const [beta, , minimiser, penalty] = step;
    const penalties = penalty && { W: penalty, H: penalty };
    const rule = selectRule("multiplicative", { beta, penalties });
    await fc.assert(
      fc.asyncProperty(problems, fc.constantFrom<Factor>("W", "H"), async (given, factor) => {
        const la = new Linalg(new ThreeVerbs());
        using V = la.upload(given.V);
        using W = la.upload(given.W);
        using H = la.upload(given.H);
        const half = await rule.step(la, { beta, V, penalties }, { W, H }, factor);
        using _ = half;
        using next = half.next;
        const [data] = await la.download(next);
        // W is H of Vᵀ ≈ HᵀWᵀ.
        const moved = { rows: next.rows, cols: next.cols, data: data! };
        const [v, w, from, to] =
          factor === "H"
            ? [given.V, given.W, given.H, moved]
            : [given.V, given.H, given.W, moved].map(transposed);
        // Numerator and denominator on both sides: a product over k inside powers, a product over m
        // (or, by the Gram matrix, over m and k), and the powers' own errors.
        const bound = 8 * (2 + Math.abs(beta)) * (v!.rows + 2 * w!.cols + 8) * u;
        for (let j = 0; j < v!.cols; j++) {
          const expected = minimiser({ v: columnOf(v!, j), W: w! }, columnOf(from!, j));
          columnOf(to!, j).forEach((x, a) => {
            expect(Math.abs(x - expected[a]!)).toBeLessThanOrEqual(bound * expected[a]!);
          });
        }
      }),
    );
  },
);
