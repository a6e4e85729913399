import fc from "fast-check";
import { SVD } from "ml-matrix";
import { describe, expect, test, vi } from "vitest";
import { type HostDense, uniform } from "../src/index.js";
import {
  expectClose,
  made,
  product,
  random,
  startOf,
  times,
  toSmall,
  transposed,
  zeros,
} from "./host.js";

describe("NNDSVD", () => {
  /** Boutsidis and Gallopoulos from a full singular value decomposition. */
  function reference(V: HostDense, rank: number) {
    const svd = new SVD(toSmall(V), { autoTranspose: true });
    const W: HostDense = { rows: V.rows, cols: rank, data: new Float64Array(V.rows * rank) };
    const H: HostDense = { rows: rank, cols: V.cols, data: new Float64Array(rank * V.cols) };
    for (let a = 0; a < rank; a++) {
      const [u, v] = [svd.leftSingularVectors.getColumn(a), svd.rightSingularVectors.getColumn(a)];
      const sections = [1, -1].map((sign) => {
        const part = (x: number[]) => x.map((y) => (a === 0 ? Math.abs(y) : Math.max(0, sign * y)));
        const size = (x: number[]) => Math.hypot(...x);
        const [p, q] = [part(u), part(v)];
        return { p, q, np: size(p), nq: size(q) };
      });
      const [plus, minus] = sections as [(typeof sections)[0], (typeof sections)[0]];
      const { p, q, np, nq } = plus.np * plus.nq >= minus.np * minus.nq ? plus : minus;
      const scale = Math.sqrt(svd.diagonal[a]! * np * nq);
      p.forEach((x, i) => (W.data[i * rank + a] = (scale * x) / np));
      q.forEach((x, j) => (H.data[a * V.cols + j] = (scale * x) / nq));
    }
    return { W, H };
  }
  /** Blocks of falling weight and a little noise: singular values with gaps. */
  const gapped = (rows: number, cols: number, rank: number): HostDense => {
    const V = times(random(rows, cols, 3), 1e-3);
    for (let a = 0; a < rank; a++) {
      for (let i = a; i < rows; i += rank)
        for (let j = a; j < cols; j += rank)
          V.data[i * cols + j]! += 2 ** -a * (1 + 0.1 * uniform(4, a, i, j));
    }
    return V;
  };

  test.each([
    [60, 40],
    [25, 70],
    [12, 9],
  ])("of %i×%i is that of a full decomposition", async (rows, cols) => {
    const V = gapped(rows, cols, 4);
    const { W, H } = await startOf(V, { rank: 4, init: "nndsvd", algorithm: "hals" });
    const expected = reference(V, 4);
    expectClose(W, expected.W, 1e-6);
    expectClose(H, expected.H, 1e-6);
  });

  test("holds zeros under a rule that can leave them, small numbers under one that cannot", async () => {
    const V = gapped(20, 16, 4);
    const sparse = await startOf(V, { rank: 4, init: "nndsvd", algorithm: "hals" });
    expect(zeros(sparse.W)).toBeGreaterThan(0);
    const lifted = await startOf(V, { rank: 4, init: "nndsvd" });
    const filled = await startOf(V, { rank: 4, init: "nndsvda", algorithm: "hals" });
    const drawn = await startOf(V, { rank: 4, init: "nndsvdar", algorithm: "hals" });
    const mean = toSmall(V).mean();
    const level = Math.sqrt(mean / 4);
    for (const factor of ["W", "H"] as const) {
      sparse[factor].data.forEach((x, p) => {
        const all = [lifted, filled, drawn].map((fit) => fit[factor].data[p]!);
        if (x > 0) for (const y of all) expect(y).toBe(x);
        else {
          const [raised, fill, little] = all as [number, number, number];
          expect(Math.abs(raised - level / 128)).toBeLessThan(1e-12 * level);
          expect(Math.abs(fill - level)).toBeLessThan(1e-12 * level);
          expect(little > 0 && little < level / 100).toBe(true);
        }
      });
    }
    expect([...sparse.warnings, ...lifted.warnings]).toEqual([]);
  });
});

test.each(made)("%s of c·V is √c times that of V", async (init) => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(100, 1e30, 1e-30, 3, 0.125), async (c) => {
      const V = random(14, 11, 5);
      const here = await startOf(V, { rank: 3, init });
      const there = await startOf(times(V, c), { rank: 3, init });
      for (const factor of ["W", "H"] as const) {
        expectClose(there[factor], times(here[factor], Math.sqrt(c)), 1e-10);
      }
    }),
    { numRuns: 5 },
  );
});

describe.each(["rows", "columns"] as const)("of samples in %s", (samples) => {
  const oriented = (A: HostDense): HostDense => (samples === "rows" ? A : transposed(A));
  const basisOf = ({ W, H }: { W: HostDense; H: HostDense }): number[][] =>
    (samples === "rows" ? toSmall(H) : toSmall(W).transpose()).to2DArray();
  const unit = (x: number[]): number[] => {
    const total = x.reduce((a, b) => a + b, 0);
    return x.map((y) => y / total);
  };

  test("separable finds the samples that the others are mixtures of", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (seed) => {
        const [count, features, rank] = [15, 9, 3];
        const anchors = random(rank, features, seed);
        const shares = random(count, rank, seed + 1);
        const places = [2, 7, 11];
        places.forEach((place, a) => {
          // Smaller than the mixtures: what counts is their direction.
          for (let b = 0; b < rank; b++) shares.data[place * rank + b] = a === b ? 0.05 : 0;
        });
        const V = oriented(product(shares, anchors));
        const found = await startOf(V, { rank, init: "separable", samples, algorithm: "hals" });
        const rest = toSmall(anchors).to2DArray().map(unit);
        for (const vector of basisOf(found).map(unit)) {
          const at = rest.findIndex((anchor) =>
            anchor.every((x, j) => Math.abs(x - vector[j]!) < 1e-9),
          );
          expect(at).toBeGreaterThanOrEqual(0);
          rest.splice(at, 1);
        }
        // With the mixtures found too, nothing is left to explain.
        expect(found.relativeError).toBeLessThan(1e-6);
      }),
      { numRuns: 20 },
    );
  });

  test("kmeans finds the centres of clusters that are far apart", async () => {
    const centres = [
      [9, 0, 0, 1],
      [0, 7, 1, 0],
      [1, 0, 8, 8],
    ];
    const count = 30;
    const data = Float64Array.from({ length: 4 * count }, (_, p) => {
      const [s, j] = [Math.floor(p / 4), p % 4];
      return centres[s % 3]![j]! + 0.1 * uniform(8, 0, s, j);
    });
    const V = { rows: count, cols: 4, data };
    const means = centres.map((_, c) =>
      [0, 1, 2, 3].map((j) => {
        let sum = 0;
        for (let s = c; s < count; s += 3) sum += data[4 * s + j]!;
        return sum / (count / 3);
      }),
    );
    for (const seed of [0, 1, 2, 3]) {
      const options = { rank: 3, init: "kmeans", samples, seed, algorithm: "hals" } as const;
      const found = basisOf(await startOf(oriented(V), options)).map(unit);
      for (const mean of means.map(unit)) {
        const nearest = found.map((x) => Math.max(...x.map((y, j) => Math.abs(y - mean[j]!))));
        expect(Math.min(...nearest)).toBeLessThan(1e-12);
      }
    }
  });
});

test.each(made)("%s: zero rows and columns, k above min(m, n), one entry, no NaN", async (init) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(1, 1e-30, 1e30, 1e-300, 1e300),
      fc.array(fc.nat(24), { maxLength: 30 }),
      fc.constantFrom("rows" as const, "columns" as const),
      fc.constantFrom("multiplicative", "hals"),
      fc.boolean(),
      async (rows, cols, rank, scale, empty, samples, algorithm, even) => {
        const V = even
          ? { rows, cols, data: new Float64Array(rows * cols).fill(scale) }
          : times(random(rows, cols, 7), scale);
        for (const at of empty) if (at < V.data.length) V.data[at] = 0;
        const start = await startOf(V, { rank, init, samples, algorithm });
        const numbers = [...start.W.data, ...start.H.data, start.cost, start.relativeError];
        expect(numbers.filter((x) => !(x >= 0))).toEqual([]);
        const nothing = V.data.every((x) => x === 0);
        // No component is dead, so that every rule can use all of them.
        const W = toSmall(start.W);
        const H = toSmall(start.H);
        for (let a = 0; a < rank; a++) {
          expect(Math.max(...W.getColumn(a)) > 0).toBe(!nothing);
          expect(Math.max(...H.getRow(a)) > 0).toBe(!nothing);
        }
        if (algorithm === "multiplicative" && !nothing) {
          expect(zeros(start.W) + zeros(start.H)).toBe(0);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test.each(made)(
  "%s: no two components are the same where k is above the rank of V",
  async (init) => {
    const V = product(random(8, 2, 1), random(2, 7, 2));
    const { W, H } = await startOf(V, { rank: 5, init });
    const columns = [0, 1, 2, 3, 4].map((a) => [
      ...toSmall(W).getColumn(a),
      ...toSmall(H).getRow(a),
    ]);
    for (let a = 0; a < 5; a++)
      for (let b = 0; b < a; b++) expect(columns[a]).not.toEqual(columns[b]);
  },
);

test.each(made)("%s that is aborted gives what it has, and no dead component", async (init) => {
  const signal = AbortSignal.abort();
  const start = await startOf(random(14, 11), { rank: 3, init, signal, maxIterations: 10 });
  expect(start).toMatchObject({ stoppedBy: "aborted", iterations: 0 });
  expect([...start.W.data, ...start.H.data].filter((x) => !(x > 0))).toEqual([]);
});

test.each(made)("%s lets others have their turn", async (init) => {
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 100));
  try {
    let turns = 0;
    let turn = setImmediate(function next() {
      turns++;
      turn = setImmediate(next);
    });
    // One start and one check: without the start's pauses there is at most one turn.
    await startOf(random(14, 11), { rank: 3, init });
    clearImmediate(turn);
    expect(turns).toBeGreaterThan(1);
  } finally {
    clock.mockRestore();
  }
});

test.each(made)(
  "%s serves every loss and float32, and the objective falls from it",
  async (init) => {
    const V = { ...random(12, 9), data: Float32Array.from(random(12, 9).data) };
    for (const loss of [2, 1, 0, 0.5, 3]) {
      const { history, W } = await startOf(V, { rank: 3, init, loss, maxIterations: 30, tol: 0 });
      expect(W.data).toBeInstanceOf(Float32Array);
      expect(history.at(-1)!.objective).toBeLessThan(history[0]!.objective);
    }
  },
);
