/**
 * Separable start by successive projection: the samples that all others are mixtures of.
 * N. Gillis and S. A. Vavasis, Fast and robust recursive algorithms for separable nonnegative
 * matrix factorization, IEEE Trans. Pattern Anal. Mach. Intell. 36 (2014), algorithm 1 (f = ‖·‖²).
 */
import { unitRoundoff } from "../dtype.js";
import { SampleList } from "./samples.js";
import { norm, type Start } from "./start.js";

/**
 * Takes the sample of largest norm, projects all samples on what is orthogonal to it, and so on.
 * Samples are measured with their entries summing to one, so that their size does not count. The
 * projections are not formed: ‖x‖² falls by (uᵀx)², u the new orthonormal direction, and V stays
 * as sparse as it is. The basis is these samples as they are.
 */
export const separable: Start = async (ground) => {
  const list = new SampleList(ground);
  const { sums, squares } = await list.sums();
  const left = squares.map((square, s) => (sums[s]! > 0 ? square / sums[s]! ** 2 : 0));
  const noise =
    16 *
    ground.rank *
    unitRoundoff(ground.V.dtype) *
    left.reduce((most, x) => Math.max(most, x), 0);
  const directions: Float64Array[] = [];
  const basis: Float64Array[] = [];
  while (basis.length < Math.min(ground.rank, list.count)) {
    const farthest = left.reduce((best, x, s) => (x > left[best]! ? s : best), 0);
    if (!(left[farthest]! > noise) || ground.signal?.aborted) break;
    const sample = await list.at(farthest);
    const direction = orthogonal(
      sample.map((x) => x / sums[farthest]!),
      directions,
    );
    const products = await list.inner([direction]);
    products.forEach((product, s) => {
      if (sums[s]! > 0) left[s] = Math.max(0, left[s]! - (product / sums[s]!) ** 2);
    });
    left[farthest] = 0;
    directions.push(direction);
    basis.push(sample);
  }
  return list.components(basis);
};

/** The unit vector along what of `vector` is orthogonal to the directions; projected twice, once being not enough in rounding. */
function orthogonal(vector: Float64Array, directions: readonly Float64Array[]): Float64Array {
  const rest = vector.slice();
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of directions) {
      const along = direction.reduce((sum, x, p) => sum + x * rest[p]!, 0);
      direction.forEach((x, p) => (rest[p] = rest[p]! - along * x));
    }
  }
  const length = norm(rest);
  return rest.map((x) => (length > 0 ? x / length : 0));
}
