import { NonnegError } from "./errors.js";
import type { Linalg } from "./linalg.js";
import { beyond, isSteep } from "./powers.js";
import type { Problem } from "./rules/index.js";

type Numbers = readonly ArrayLike<number>[];

/** @throws NonnegError NONNEG_OPTION, NONNEG_BACKEND_FAILED where what a backend gave is not finite */
export function requireFinite(la: Linalg, { beta, V }: Problem, ...numbers: Numbers): void {
  const odd = notFinite(...numbers);
  if (odd === undefined) return;
  if (isSteep(beta, V.dtype)) throw beyond(beta, V.dtype);
  throw new NonnegError(
    "NONNEG_BACKEND_FAILED",
    `Backend "${la.backend.name}" gave ${odd} where only finite numbers can be. ` +
      "Run `nonneg doctor`, or choose another backend; with data of extreme range, dtype float64.",
  );
}

/** The first that is NaN or infinite, if any is. */
export function notFinite(...numbers: Numbers): number | undefined {
  for (const values of numbers) {
    for (let p = 0; p < values.length; p++) {
      if (!Number.isFinite(values[p])) return values[p];
    }
  }
  return undefined;
}
