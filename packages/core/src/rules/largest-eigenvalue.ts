import type { HostArray } from "../backend.js";

/** Multiplications by the Gram matrix in which its eigenvalue is found. */
const POWERS = 30;

/**
 * ‖G‖₂ of a symmetric nonnegative matrix from above: by Collatz and Wielandt no eigenvalue exceeds
 * max_a (Gx)_a / x_a for any positive x, here the iterates of the power method.
 */
export function largestEigenvalue(gram: HostArray, size: number): number {
  let x = new Float64Array(size).fill(1);
  let least = Infinity;
  for (let power = 0; power < POWERS && x.every((entry) => entry > 0); power++) {
    const image = x.map((_, a) =>
      x.reduce((sum, entry, b) => sum + gram[a * size + b]! * entry, 0),
    );
    const largest = image.reduce((most, entry, a) => Math.max(most, entry / x[a]!), 0);
    least = Math.min(least, largest);
    const scale = image.reduce((most, entry) => Math.max(most, entry), 0);
    x = image.map((entry) => entry / scale);
  }
  return least;
}
