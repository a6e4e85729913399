import type { Linalg } from "@nonneg/core";
import {
  type Algorithm,
  algorithms,
  factorize,
  type FactorizeOptions,
  type HostDense,
  type HostMatrix,
  type HostSparse,
  NonnegError,
  type Rule,
  rules,
} from "@nonneg/core";
import type { Case, Context, Family } from "../context.js";
import { allocate, dense } from "../data.js";
import { demand } from "../failure.js";

/** What a fit may be asked besides its algorithm and loss: the columns of the table in docs/rules.md. */
export const features = [
  "dense",
  "CSR",
  "weights",
  "missing",
  "CSR, observed only",
  "L1",
  "L2",
  "frozen",
  "hold",
] as const;
export type Feature = (typeof features)[number];

/** A β of each kind. */
export const offerBetas = [2, 1, 0, 0.5, 3] as const;

const [ROWS, COLS, RANK] = [5, 4, 2];
const ITERATIONS = 2;

/** Every algorithm with every loss and feature: it fits, or is refused with NONNEG_UNSUPPORTED. */
export const offersFamily: Family = (context) =>
  algorithms.flatMap((algorithm) =>
    offerBetas.map((beta): Case => ({
      name: `${algorithm}, β = ${beta}: each feature is there or refused`,
      run: async () => {
        for (const feature of features) {
          const there = await offers(context.la(), context.dtype, algorithm, beta, feature);
          demand(
            there === isOffered(context, algorithm, beta, feature),
            () => `With ${feature} it was ${there ? "fitted" : "refused"}.`,
          );
        }
      },
    })),
  );

/** Whether a tiny fit goes through; false where it is refused with NONNEG_UNSUPPORTED. */
export async function offers(
  la: Linalg,
  dtype: Context["dtype"],
  algorithm: Algorithm,
  beta: number,
  feature: Feature,
): Promise<boolean> {
  const V = dense(ROWS, COLS, dtype, "positive", 1);
  const options = {
    rank: RANK,
    algorithm,
    loss: beta,
    tol: 0,
    kktTol: 0,
    maxIterations: ITERATIONS,
    ...asked(V, dtype, feature),
  } as unknown as FactorizeOptions;
  try {
    const result = await factorize(la, matrixOf(V, feature), options);
    demand(result.iterations === ITERATIONS, `It made ${result.iterations} iterations.`);
    return true;
  } catch (error) {
    if (error instanceof NonnegError && error.code === "NONNEG_UNSUPPORTED") return false;
    throw error;
  }
}

function matrixOf(V: HostDense, feature: Feature): HostMatrix {
  if (feature === "missing") return { ...V, data: V.data.map((x, p) => (p === 3 ? NaN : x)) };
  if (feature === "CSR") return stored(V, [...V.data.keys()]);
  // Without one entry, which is then missing.
  if (feature === "CSR, observed only") return stored(V, [...V.data.keys()].slice(1));
  return V;
}

/** The entries of V at these places. */
function stored({ rows, cols, data }: HostDense, places: readonly number[]): HostSparse {
  const values = data.slice(0, places.length);
  places.forEach((p, at) => (values[at] = data[p]!));
  const before = (i: number) => places.filter((p) => p < i * cols).length;
  return {
    rows,
    cols,
    indptr: Int32Array.from({ length: rows + 1 }, (_, i) => before(i)),
    indices: Int32Array.from(places, (p) => p % cols),
    values,
  };
}

function asked(V: HostDense, dtype: Context["dtype"], feature: Feature): object {
  const flat = (rows: number, cols: number) => ({
    rows,
    cols,
    // Columns that sum to one, for an algorithm that asks for them.
    data: allocate(rows * cols, dtype).fill(1 / rows),
  });
  const init = { W: flat(ROWS, RANK), H: dense(RANK, COLS, dtype, "positive", 2) };
  switch (feature) {
    case "weights":
      return { weights: dense(V.rows, V.cols, dtype, "positive", 3) };
    case "missing":
      return { missing: "nan" };
    case "CSR, observed only":
      return { missing: "unobserved" };
    case "L1":
      return { penalties: { W: { l1: 0.1 }, H: { l1: 0.1 } } };
    case "L2":
      return { penalties: { W: { l2: 0.1 }, H: { l2: 0.1 } } };
    case "frozen":
      return { frozen: { W: [0] }, init };
    case "hold":
      return { hold: "W", init };
    default:
      return {};
  }
}

/** What the rules say of themselves, the format apart. */
function isOffered(
  { capabilities }: Context,
  algorithm: Algorithm,
  beta: number,
  feature: Feature,
): boolean {
  const sparse = feature.startsWith("CSR");
  if (sparse && !capabilities.sparse) return false;
  // Zeros that are not stored need all of WH, unless β = 1 or 2.
  if (feature === "CSR" && beta !== 1 && beta !== 2) return false;
  const weights = ["weights", "missing", "CSR, observed only"].includes(feature);
  const penalties = feature === "L1" || feature === "L2";
  const demands = {
    beta,
    weights: weights || undefined,
    penalties: penalties || undefined,
    frozen: feature === "frozen" || undefined,
  };
  return rules.some((rule: Rule) => rule.algorithm === algorithm && rule.supports(demands));
}
