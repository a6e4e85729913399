/** A problem with a starting point, and the short recipe that a counterexample shows. */
import type { Factor, HostDense, HostMatrix, OnSimplex, Penalty } from "@nonneg/core";
import fc from "fast-check";
import { widened } from "../data.js";
import type { HostFactors, HostProblem } from "../reference/rules.js";

/** V m×n, dense or CSR, and the iterate W m×k, H k×n, all of one dtype. */
export interface Instance {
  readonly beta: number;
  readonly V: HostMatrix;
  /**
   * Weights of a dense V. Those of a CSR V must share its pattern, and only an operation on V
   * gives such a matrix: min(V / unit, 2), exact for a unit that is a power of two.
   */
  readonly weights: HostDense | { readonly unit: number } | undefined;
  readonly penalties?: Readonly<Record<Factor, Penalty>> | undefined;
  /** For a rule whose factors are distributions: what the lines of W and of H sum to. */
  readonly simplex?: OnSimplex | undefined;
  readonly W: HostDense;
  readonly H: HostDense;
}

/** The same in float64, for the reference. */
export function problemOf({ beta, V: given, weights, penalties, simplex }: Instance): HostProblem {
  const V = widened(given);
  if (!weights) return { beta, V, penalties, simplex };
  if (!("unit" in weights)) return { beta, V, penalties, weights: widened(weights) };
  return {
    beta,
    V,
    penalties,
    weights: { ...V, data: V.data.map((v) => Math.min(v / weights.unit, 2)) },
  };
}

export function factorsOf({ W, H }: Pick<Instance, "W" | "H">): HostFactors {
  return { W: widened(W), H: widened(H) };
}

export interface Recipe {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** `zeros`: in V, W and H, single ones and whole rows, columns and components */
  readonly kind: "positive" | "zeros";
  readonly seed: number;
}

const size = { m: fc.integer({ min: 1, max: 9 }), n: fc.integer({ min: 1, max: 9 }) };
const rest = { kind: fc.constantFrom("positive" as const, "zeros" as const), seed: fc.nat() };

/**
 * Small, since a theorem has no tiles: 1×1, k > min(m, n), sizes past a SIMD register. One in three
 * is square all over: shapes do not tell a transpose there.
 */
export const recipes: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ ...size, k: fc.integer({ min: 1, max: 7 }), ...rest }) },
  {
    weight: 1,
    arbitrary: fc
      .record({ k: fc.integer({ min: 2, max: 6 }), ...rest })
      .map((recipe) => ({ m: recipe.k, n: recipe.k, ...recipe })),
  },
);
