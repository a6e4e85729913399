import type { Factor, HostArray } from "../backend.js";
import { solveNonnegative, Workspace } from "../block-principal-pivoting.js";
import { unitRoundoff } from "../dtype.js";
import type { Linalg } from "../linalg.js";
import type { Matrix } from "../matrix.js";

/**
 * Nonnegative least squares on the host in float64: see `Backend.nnls`. Only the Gram matrix and
 * the cross product, O((m + n) k), come down, and as much goes up.
 * @param start where each column (row) begins; its positive entries are the first passive set
 */
export async function nnls(
  la: Linalg,
  gram: Matrix,
  cross: Matrix,
  factor: Factor,
  start: Matrix,
): Promise<Matrix> {
  const [g, c, s] = (await la.download(gram, cross, start)) as [HostArray, HostArray, HostArray];
  const rank = gram.rows;
  const G = Float64Array.from(g);
  const solution = c.slice();
  const count = factor === "H" ? cross.cols : cross.rows;
  // Entry a of right-hand side r: column r of a k×n matrix, or row r of an m×k one.
  const [step, stride] = factor === "H" ? [cross.cols, 1] : [1, rank];
  const target = new Float64Array(rank);
  const x = new Float64Array(rank);
  const work = new Workspace(rank);
  const u = unitRoundoff(gram.dtype);
  for (let r = 0; r < count; r++) {
    for (let a = 0; a < rank; a++) {
      target[a] = c[a * step + r * stride]!;
      x[a] = s[a * step + r * stride]!;
    }
    solveNonnegative(G, target, x, u, work);
    for (let a = 0; a < rank; a++) solution[a * step + r * stride] = x[a]!;
  }
  return la.upload({ rows: cross.rows, cols: cross.cols, data: solution });
}
