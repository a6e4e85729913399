/** What of V is observed, and with what weight: NaN, masks, weights, and CSR read as observed only. */
import type { HostArray } from "./backend.js";
import { NonnegError } from "./errors.js";
import { type HostMatrix, isSparse } from "./host-matrix.js";
import { exponentOf, inspect, type Statistics } from "./inspect.js";
import { expectShape } from "./shape.js";

/** How entries that are not there are marked: NaN in a dense V, or not stored in a sparse one. */
export type Missing = "nan" | "unobserved";

export interface Observed {
  /** V with 0 where it is not observed */
  readonly V: HostMatrix;
  /** nonnegative weights in V's format; "stored" weighs what CSR stores by 1; absent: everything weighs 1 */
  readonly weights?: HostMatrix | "stored";
  /** over observed entries, weighted */
  readonly statistics: Statistics;
}

/**
 * Reads V together with its weights. An entry of weight 0 is unobserved: it is never read as a zero.
 * @throws NonnegError those of `inspect`; NONNEG_SHAPE_MISMATCH (weights of another shape or
 *   pattern), NONNEG_OPTION (`missing` that does not fit V's format), NONNEG_INVALID_INPUT (nothing observed)
 */
export function observe(
  V: HostMatrix,
  given: HostMatrix | undefined,
  missing: Missing | undefined,
): Observed {
  if (missing === "unobserved" && !isSparse(V)) {
    throw new NonnegError(
      "NONNEG_OPTION",
      'Option missing is "unobserved", but V is dense. Mark its missing entries as NaN, with missing "nan".',
    );
  }
  if (given) checkWeights(V, given);
  else if (missing === undefined) return { V, statistics: inspect("V", V) };

  const values = valuesOf(V);
  const weigh = given ? valuesOf(given) : undefined;
  if (missing === "unobserved" && !weigh) {
    return { V, weights: "stored", statistics: weighted(inspect("V", V), values, undefined) };
  }
  const clean = values.slice();
  const weights = values.map((value, p) => {
    const weight = missing === "nan" && Number.isNaN(value) ? 0 : (weigh?.[p] ?? 1);
    if (weight === 0 && (missing === "nan" || !Number.isNaN(value))) clean[p] = 0;
    return weight;
  });
  const observed = withValues(V, clean);
  return {
    V: observed,
    weights: withValues(V, weights),
    statistics: weighted(inspect("V", observed), clean, weights),
  };
}

const valuesOf = (matrix: HostMatrix): HostArray =>
  isSparse(matrix) ? matrix.values : matrix.data;

function withValues(matrix: HostMatrix, values: HostArray): HostMatrix {
  return isSparse(matrix) ? { ...matrix, values } : { ...matrix, data: values };
}

function checkWeights(V: HostMatrix, weights: HostMatrix): void {
  inspect("The matrix of weights", weights);
  expectShape("The matrix of weights", weights, V);
  const same = (a: Int32Array, b: Int32Array) =>
    a.length === b.length && a.every((x, p) => x === b[p]);
  const fits = isSparse(V)
    ? isSparse(weights) && same(V.indptr, weights.indptr) && same(V.indices, weights.indices)
    : !isSparse(weights);
  if (!fits) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      "The weights have another form than V: expected dense for a dense V, and CSR that stores the same entries for a CSR V.",
    );
  }
}

/** Mean, norm and spread over observed entries, weighted; relative to the largest, so that nothing overflows. */
function weighted(
  { max }: Statistics,
  values: HostArray,
  weights: HostArray | undefined,
): Statistics {
  const unit = max > 0 ? 2 ** exponentOf(max) : 1;
  const first = weights ? weights.findIndex((weight) => weight > 0) : 0;
  const shift = (values[first] ?? 0) / unit;
  let [total, sum, squares] = [0, 0, 0];
  let [differences, differenceSquares] = [0, 0];
  for (let p = 0; p < values.length; p++) {
    const weight = weights ? weights[p]! : 1;
    const value = values[p]! / unit;
    total += weight;
    sum += weight * value;
    squares += weight * value * value;
    const difference = value - shift;
    differences += weight * difference;
    differenceSquares += weight * difference * difference;
  }
  if (!(total > 0)) {
    throw new NonnegError(
      "NONNEG_INVALID_INPUT",
      "Nothing of V is observed: every entry is missing or weighs 0.",
    );
  }
  return {
    mean: (sum / total) * unit,
    max,
    norm: Math.sqrt(squares) * unit,
    spread: Math.sqrt(Math.max(0, differenceSquares - differences ** 2 / total)) * unit,
  };
}
