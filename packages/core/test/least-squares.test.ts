/** Block principal pivoting and coordinate descent against the conditions of the minimum. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { solveNonnegative } from "../src/block-principal-pivoting.js";
import { factorize, type FactorizeOptions, type HostDense, Linalg, uniform } from "../src/index.js";
import { ThreeVerbs } from "./three-verbs.js";

test("the solution meets the conditions of the minimum: x ≥ 0, y = Gx − c ≥ 0, xᵀy = 0", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(),
      (rank, rows, seed) => {
        const A = Float64Array.from(
          { length: rows * rank },
          (_, p) => uniform(seed, 1, p, 0) - 0.3,
        );
        const b = Float64Array.from({ length: rows }, (_, i) => uniform(seed, 2, i, 0) - 0.4);
        const G = new Float64Array(rank * rank);
        const c = new Float64Array(rank);
        for (let i = 0; i < rows; i++) {
          for (let a = 0; a < rank; a++) {
            c[a]! += A[i * rank + a]! * b[i]!;
            for (let e = 0; e < rank; e++) G[a * rank + e]! += A[i * rank + a]! * A[i * rank + e]!;
          }
        }
        const x = Float64Array.from({ length: rank }, (_, a) =>
          Math.max(0, uniform(seed, 3, a, 0) - 0.5),
        );
        solveNonnegative(G, c, x, 2 ** -53);
        // A Gram matrix of a wide A is singular: its solution is held to a residual, not to digits.
        const tolerance = 1e-7;
        for (let a = 0; a < rank; a++) {
          let y = -c[a]!;
          for (let e = 0; e < rank; e++) y += G[a * rank + e]! * x[e]!;
          expect(x[a]).toBeGreaterThanOrEqual(0);
          expect(y).toBeGreaterThanOrEqual(-tolerance);
          expect(Math.abs(x[a]! * y)).toBeLessThanOrEqual(tolerance * (1 + x[a]!));
        }
      },
    ),
  );
});

test.each(["hals", "anls", "conjugate-gradient", "nenmf"] as const)(
  "%s ends where the multiplicative rule does or lower, sooner, and stationary",
  async (algorithm) => {
    const V: HostDense = {
      rows: 30,
      cols: 20,
      data: Float64Array.from({ length: 600 }, (_, p) => uniform(1, 7, p, 0)),
    };
    const la = new Linalg(new ThreeVerbs());
    const options = { rank: 4, tol: 0, kktTol: 1e-6, maxIterations: 3000 };
    const slow = await factorize(la, V, { ...options, maxIterations: 300 });
    const fast = await factorize(la, V, { ...options, algorithm });
    expect(fast).toMatchObject({ stoppedBy: "kktTol", converged: true });
    expect(fast.iterations).toBeLessThan(3000);
    expect(fast.cost).toBeLessThan(slow.cost * 1.02);
    const penalties = { W: { l1: 0.5, l2: 0.1 }, H: { l1: 0.5, l2: 0.1 } };
    const sparse = await factorize(la, V, { ...options, algorithm, penalties });
    expect(sparse.converged).toBe(true);
    for (let t = 1; t < sparse.history.length; t++) {
      expect(sparse.history[t]!.objective).toBeLessThanOrEqual(
        sparse.history[t - 1]!.objective * (1 + 1e-12),
      );
    }
    // Itakura–Saito is not a loss of any of them.
    const wrong = { ...options, algorithm, loss: 0 } as unknown as FactorizeOptions;
    await expect(factorize(la, V, wrong)).rejects.toMatchObject({ code: "NONNEG_UNSUPPORTED" });
  },
);
