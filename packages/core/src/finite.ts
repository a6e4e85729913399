import { NonnegError } from "./errors.js";
import type { Linalg } from "./linalg.js";

/** @throws NonnegError NONNEG_BACKEND_FAILED where what a backend gave is not finite */
export function requireFinite(
  la: Linalg,
  scalars: readonly number[],
  ...factors: readonly ArrayLike<number>[]
): void {
  for (const values of [scalars, ...factors]) {
    for (let p = 0; p < values.length; p++) {
      if (Number.isFinite(values[p])) continue;
      throw new NonnegError(
        "NONNEG_BACKEND_FAILED",
        `Backend "${la.backend.name}" gave ${String(values[p])} where only finite numbers can be. ` +
          "Run `nonneg doctor`, or choose another backend; with data of extreme range, dtype float64.",
      );
    }
  }
}
