/**
 * Centroids of the samples.
 * S. Wild, J. Curry, A. Dougherty, Improving non-negative matrix factorizations through structured
 * initialization, Pattern Recognition 37 (2004); seeded as in D. Arthur and S. Vassilvitskii,
 * k-means++: the advantages of careful seeding, SODA 2007; S. P. Lloyd, IEEE Trans. Inf. Theory 28 (1982).
 */
import { unitRoundoff } from "../dtype.js";
import { uniform } from "../random.js";
import { STREAM } from "./random.js";
import { SampleList } from "./samples.js";
import { type Ground, norm, type Start } from "./start.js";

/** A start needs no more: most of what k-means gains it gains at first. */
const LLOYD_ITERATIONS = 20;

/** The basis is k centroids, the coefficients their nonnegative least squares fit of V. */
export const kmeans: Start = async (ground) => {
  const list = new SampleList(ground);
  const { squares } = await list.sums();
  let centroids = await seeds(ground, list, squares);
  let before: Int32Array | undefined;
  for (let iteration = 0; iteration < LLOYD_ITERATIONS && centroids.length > 0; iteration++) {
    if (ground.signal?.aborted) break;
    const nearest = await assign(list, centroids);
    if (before?.every((cluster, s) => cluster === nearest[s])) break;
    before = nearest;
    centroids = await means(list, nearest, centroids);
  }
  return list.components(centroids);
};

/** k samples, each next one drawn with probability proportional to its squared distance from those before. */
async function seeds(
  { rank, seed, V, signal }: Ground,
  list: SampleList,
  squares: Float64Array,
): Promise<Float64Array[]> {
  const u = unitRoundoff(V.dtype);
  const chosen: Float64Array[] = [];
  const distances = new Float64Array(list.count).fill(1);
  while (chosen.length < Math.min(rank, list.count)) {
    const drawn = pick(distances, uniform(seed, STREAM.centroids, chosen.length, 0));
    if (drawn < 0 || signal?.aborted) break;
    const centre = await list.at(drawn);
    const square = norm(centre) ** 2;
    const products = await list.inner([centre]);
    const first = chosen.length === 0;
    products.forEach((product, s) => {
      const distance = squares[s]! - 2 * product + square;
      // The difference of equal samples is rounding, and no reason to draw one twice.
      const seen = distance > 16 * u * (squares[s]! + square) ? distance : 0;
      distances[s] = first ? seen : Math.min(distances[s]!, seen);
    });
    distances[drawn] = 0;
    chosen.push(centre);
  }
  return chosen;
}

/** The index at which the running sum of the weights passes their total times `level`; −1 where all are 0. */
function pick(weights: Float64Array, level: number): number {
  const target = level * weights.reduce((sum, x) => sum + x, 0);
  let sum = 0;
  let last = -1;
  for (let s = 0; s < weights.length; s++) {
    if (!(weights[s]! > 0)) continue;
    last = s;
    sum += weights[s]!;
    if (sum >= target) break;
  }
  return last;
}

/** The nearest centroid of each sample: the least ‖c‖² − 2 cᵀx. */
async function assign(list: SampleList, centroids: readonly Float64Array[]): Promise<Int32Array> {
  const products = await list.inner(centroids);
  const squares = centroids.map((centroid) => norm(centroid) ** 2);
  return Int32Array.from({ length: list.count }, (_, s) => {
    let nearest = 0;
    let least = Infinity;
    squares.forEach((square, c) => {
      const distance = square - 2 * products[s * centroids.length + c]!;
      if (distance < least) [nearest, least] = [c, distance];
    });
    return nearest;
  });
}

/** The mean of each cluster; one that is empty keeps its centroid. */
async function means(
  list: SampleList,
  nearest: Int32Array,
  centroids: readonly Float64Array[],
): Promise<Float64Array[]> {
  const sizes = centroids.map(() => 0);
  for (const cluster of nearest) sizes[cluster]!++;
  const weights = centroids.map((_, c) =>
    Float64Array.from(nearest, (cluster) => (cluster === c ? 1 / sizes[c]! : 0)),
  );
  const averages = await list.combine(weights);
  return averages.map((average, c) => (sizes[c]! > 0 ? average : centroids[c]!));
}
