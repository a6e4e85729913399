/**
 * The leading singular values and vectors by random projection, over the verbs alone: only
 * matrices of l×l come to the host, l little more than the rank.
 * N. Halko, P. G. Martinsson, J. A. Tropp, Finding structure with randomness: probabilistic
 * algorithms for constructing approximate matrix decompositions, SIAM Review 53 (2011),
 * algorithms 4.4 and 5.1.
 */
import type { Matrix as SmallMatrix } from "ml-matrix";
import type { Dtype } from "../backend.js";
import { unitRoundoff } from "../dtype.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope } from "../matrix.js";
import { uniform } from "../random.js";
import { build, STREAM } from "./random.js";
import type { Ground } from "./start.js";

/** Columns drawn beyond the rank. */
const OVERSAMPLING = 10;
/** Multiplications by V Vᵀ: what lies beyond the l-th singular value fades as (σ_l/σ_k)^15. */
const POWER_ITERATIONS = 7;

/** V ≈ Σ_a σ_a u_a v_aᵀ, σ descending. */
export interface SingularTriplet {
  readonly sigma: number;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** Up to `rank` singular triplets of V, dense or CSR; those that rounding cannot tell from 0 are left out. */
export async function randomizedSvd({
  la,
  V,
  rank,
  seed,
  pause,
  signal,
}: Ground): Promise<SingularTriplet[]> {
  const least = Math.min(V.rows, V.cols);
  const size = Math.min(rank + OVERSAMPLING, least);
  using scope = new Scope();
  const own = scope.own;
  // Uniform, not normal: log and cos differ in their last bits from machine to machine.
  const sketch = own(
    la.upload(build(V.cols, size, V.dtype, (i, j) => uniform(seed, STREAM.sketch, i, j) - 0.5)),
  );
  let Q = own(await orthonormal(la, own(la.matmul(V, sketch))));
  // A sketch as wide as V spans its range at once.
  for (let power = size < least ? POWER_ITERATIONS : 1; power > 0; power--) {
    await pause();
    if (signal?.aborted) break;
    const P = own(await orthonormal(la, own(la.matmul(V, Q, { transA: true }))));
    Q = own(await orthonormal(la, own(la.matmul(V, P))));
  }
  const Z = own(la.matmul(V, Q, { transA: true }));
  const { values, vectors, u } = await gramEigen(la, Z);
  const largest = values[0] ?? 0;
  const rounding = Math.max(V.rows, V.cols) * unitRoundoff(V.dtype) ** 2;
  const noise = Math.max(4 * size * u, rounding) * largest;
  const sigmas = values.slice(0, rank).filter((value) => value > noise);
  if (sigmas.length === 0) return [];
  const basis = own(upload(la, vectors, sigmas.length, () => 1, V.dtype));
  const scaled = own(upload(la, vectors, sigmas.length, (a) => sigmas[a]! ** -0.5, V.dtype));
  const [U, right] = (await la.download(own(la.matmul(Q, basis)), own(la.matmul(Z, scaled)))) as [
    Float64Array,
    Float64Array,
  ];
  return sigmas.map((value, a) => ({
    sigma: Math.sqrt(value),
    u: Float64Array.from({ length: V.rows }, (_, i) => U[i * sigmas.length + a]!),
    v: Float64Array.from({ length: V.cols }, (_, j) => right[j * sigmas.length + a]!),
  }));
}

/**
 * Y·T with orthonormal columns that span those of Y, whitened by the eigenvectors of YᵀY. Twice:
 * the second pass mends what squaring the condition cost the first. Directions that rounding
 * cannot tell from 0 are dropped; at least one column stays.
 */
async function orthonormal(la: Linalg, Y: Matrix): Promise<Matrix> {
  using once = await whiten(la, Y);
  return await whiten(la, once);
}

async function whiten(la: Linalg, Y: Matrix): Promise<Matrix> {
  const { values, vectors, u } = await gramEigen(la, Y);
  const floor = 4 * values.length * u * (values[0] ?? 0);
  const kept = Math.max(1, values.filter((value) => value > floor).length);
  using T = upload(la, vectors, kept, (a) => (values[a]! > 0 ? values[a]! ** -0.5 : 0), Y.dtype);
  return la.matmul(Y, T);
}

/** Eigenvalues of YᵀY, descending, and its eigenvectors in columns of the same order. */
async function gramEigen(la: Linalg, Y: Matrix) {
  const dtype = la.supports("float64") ? "float64" : Y.dtype;
  using gram = la.gram(Y, "AtA", { dtype });
  const [data] = await la.download(gram);
  // Loading it takes as long as all of core: only for who starts by it.
  const { EigenvalueDecomposition, Matrix: Small } = await import("ml-matrix");
  const G = Small.from1DArray(Y.cols, Y.cols, Array.from(data!));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(G, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, a) => a)
    .sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: order.map((a) => realEigenvalues[a]!),
    vectors: eigenvectorMatrix.subMatrixColumn(order),
    u: unitRoundoff(dtype),
  };
}

/** The first columns of a small matrix on the backend, column a times scale(a). */
function upload(
  la: Linalg,
  vectors: SmallMatrix,
  cols: number,
  scale: (a: number) => number,
  dtype: Dtype,
): Matrix {
  return la.upload(build(vectors.rows, cols, dtype, (i, a) => vectors.get(i, a) * scale(a)));
}
