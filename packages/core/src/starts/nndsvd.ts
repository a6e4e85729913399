/**
 * Nonnegative double singular value decomposition.
 * C. Boutsidis and E. Gallopoulos, SVD based initialization: a head start for nonnegative matrix
 * factorization, Pattern Recognition 41 (2008).
 */
import { uniform } from "../random.js";
import { STREAM } from "./random.js";
import { randomizedSvd, type SingularTriplet } from "./randomized-svd.js";
import { type Component, type Ground, norm, significant, type Start } from "./start.js";

/**
 * From each singular triplet σ u vᵀ the larger of its two nonnegative sections, that of the
 * positive parts u₊v₊ᵀ or that of the negative parts u₋v₋ᵀ, shared evenly: w = √(σ‖u±‖‖v±‖) u±/‖u±‖
 * and h likewise. The first triplet is nonnegative as it is. What rounding cannot tell from zero is
 * zero.
 */
export const nndsvd: Start = async (ground) => {
  const triplets = await randomizedSvd(ground);
  return triplets.map((triplet, a) => significant(section(triplet, a), ground.V.dtype));
};

/** NNDSVD with its zeros at √(mean(V)/k), the level at which WH would be the mean of V. */
export const nndsvda: Start = (ground) =>
  filled(ground, () => Math.sqrt(ground.mean / ground.rank));

/** NNDSVD with its zeros random in (0, √(mean(V)/k) / 100). */
export const nndsvdar: Start = (ground) => {
  const most = Math.sqrt(ground.mean / ground.rank) / 100;
  return filled(ground, (stream, i, j) => most * uniform(ground.seed, stream, i, j));
};

function section({ sigma, u, v }: SingularTriplet, a: number): Component {
  if (a === 0) return share(sigma, u.map(Math.abs), v.map(Math.abs));
  const part = (vector: Float64Array, sign: number) => vector.map((x) => Math.max(0, sign * x));
  const [positive, negative] = [1, -1].map((sign) => ({ u: part(u, sign), v: part(v, sign) })) as [
    Section,
    Section,
  ];
  const size = ({ u, v }: Section) => norm(u) * norm(v);
  const larger = size(positive) >= size(negative) ? positive : negative;
  return share(sigma * size(larger), larger.u, larger.v);
}

type Section = Pick<SingularTriplet, "u" | "v">;

/** `size` times the product of the unit vectors along u and v, the factor √size on either side. */
function share(size: number, u: Float64Array, v: Float64Array): Component {
  const along = (vector: Float64Array) => {
    const length = norm(vector);
    return vector.map((x) => (length > 0 ? (Math.sqrt(size) * x) / length : 0));
  };
  return { w: along(u), h: along(v) };
}

async function filled(
  ground: Ground,
  fill: (stream: number, i: number, j: number) => number,
): Promise<Component[]> {
  const components = await nndsvd(ground);
  return components.map(({ w, h }, a) => ({
    w: w.map((x, i) => (x > 0 ? x : fill(STREAM.fillW, i, a))),
    h: h.map((x, j) => (x > 0 ? x : fill(STREAM.fillH, a, j))),
  }));
}
