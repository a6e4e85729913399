// @ts-check
/** `node docs/examples/deconvolution.js`: the code of deconvolution.md. */
import { createRequire } from "node:module";
import { uniform } from "@nonneg/core";
import { factorize } from "nonneg";
import { readNpy } from "nonneg/io";

/** Pixels along each side of the picture. */
export const SIDE = 28;

/**
 * The blur as a matrix: column p is what one unit of light at pixel p becomes, a Gaussian that loses nothing.
 * @param {number} sigma in pixels
 */
export function blur(sigma) {
  const size = SIDE * SIDE;
  const data = new Float64Array(size * size);
  for (let p = 0; p < size; p++) {
    const [y, x] = [Math.floor(p / SIDE), p % SIDE];
    let sum = 0;
    for (let q = 0; q < size; q++) {
      const [dy, dx] = [Math.floor(q / SIDE) - y, (q % SIDE) - x];
      const light = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
      data[q * size + p] = light;
      sum += light;
    }
    for (let q = 0; q < size; q++) data[q * size + p] = (data[q * size + p] ?? 0) / sum;
  }
  return { rows: size, cols: size, data };
}

/**
 * Richardson–Lucy: the rule (5) for H alone, with the blur W held.
 * @param {Float64Array} seen the blurred picture
 * @param {ReturnType<typeof blur>} W
 * @param {number} iterations
 */
export async function restore(seen, W, iterations) {
  const { H, cost } = await factorize(
    { rows: seen.length, cols: 1, data: seen },
    {
      rank: W.cols,
      samples: "columns",
      loss: "kullback-leibler",
      hold: "W",
      init: { W },
      maxIterations: iterations,
      tol: 0,
      kktTol: 0,
    },
  );
  return { picture: H.data, cost };
}

/** Nine handwritten digits, 8×8 with counts from 0 to 16, side by side with a margin; as counts of light up to `most`. */
export async function truth(most = 160) {
  const path = createRequire(import.meta.url).resolve("nonneg/package.json");
  const digits = await readNpy(path.replace("package.json", "data/digits.npy"));
  if ("indptr" in digits) throw new Error("digits are dense");
  const picture = new Float64Array(SIDE * SIDE);
  for (let d = 0; d < 9; d++)
    for (let p = 0; p < 64; p++) {
      const y = 1 + 9 * Math.floor(d / 3) + Math.floor(p / 8);
      const x = 1 + 9 * (d % 3) + (p % 8);
      picture[y * SIDE + x] = ((digits.data[(d + 1) * 64 + p] ?? 0) * most) / 16;
    }
  return picture;
}

/**
 * What a detector counts: W times the picture, with the noise of counting (Poisson).
 * @param {Float64Array} picture
 * @param {ReturnType<typeof blur>} W
 */
export function observe(picture, W) {
  return Float64Array.from(picture, (_, q) => {
    const mean = picture.reduce((sum, light, p) => sum + light * (W.data[q * W.cols + p] ?? 0), 0);
    // As many arrivals as fit into one unit of time, with exponential waits between them.
    let count = -1;
    for (let time = 0; time < mean; count++) time -= Math.log(uniform(5, 0, q, count + 1));
    return Math.max(0, count);
  });
}

/**
 * ‖a − b‖ / ‖b‖
 * @param {ArrayLike<number>} a
 * @param {Float64Array} b
 */
export function distance(a, b) {
  return Math.hypot(...b.map((light, p) => (a[p] ?? 0) - light)) / Math.hypot(...b);
}

/** The picture, what is seen of it, and what is restored after some iterations. */
export async function compare(iterations = [10, 30, 100, 300]) {
  const W = blur(1.2);
  const picture = await truth();
  const seen = observe(picture, W);
  const rows = [{ name: "as seen", picture: /** @type {ArrayLike<number>} */ (seen), cost: NaN }];
  for (const most of iterations) {
    rows.push({ name: `${most} iterations`, ...(await restore(seen, W, most)) });
  }
  return {
    picture,
    seen,
    rows: rows.map((row) => ({ ...row, error: distance(row.picture, picture) })),
  };
}

if (process.argv[1] === import.meta.filename) {
  const { rows } = await compare();
  console.table(rows.map(({ name, error }) => ({ name, error: error.toFixed(3) })));
}
