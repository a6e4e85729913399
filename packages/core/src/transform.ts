import { NonnegError } from "./errors.js";
import { factorize } from "./factorize.js";
import type { HostDense, HostMatrix } from "./host-matrix.js";
import type { Linalg } from "./linalg.js";
import type { FactorizeOptions, Samples, TransformOptions } from "./options.js";
import type { Factorization } from "./result.js";
import { expectFeatures } from "./shape.js";

/** What a basis that is held leaves no choice of. */
const DECIDED = ["rank", "init", "hold", "resume"] as const satisfies (keyof FactorizeOptions)[];

/**
 * Coefficients of new samples X in a basis that is held: V ≈ WH with H held where samples are
 * rows, W where they are columns. The very same as `factorize` with that factor held.
 *
 * @param basis k×n where samples are rows, m×k where they are columns
 * @throws NonnegError as `factorize`
 */
export async function transform(
  la: Linalg,
  X: HostMatrix,
  basis: HostDense,
  samples: Samples,
  options: TransformOptions = {},
): Promise<Factorization> {
  const decided = DECIDED.find((name) => name in options);
  if (decided !== undefined) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `Option ${decided} is not one of transform: the basis, which is held, decides it.`,
    );
  }
  expectFeatures(X, basis, samples);
  return await (samples === "rows"
    ? factorize(la, X, { ...options, rank: basis.rows, hold: "H", init: { H: basis } })
    : factorize(la, X, { ...options, rank: basis.cols, hold: "W", init: { W: basis } }));
}
