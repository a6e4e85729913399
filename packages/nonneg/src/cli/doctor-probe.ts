/**
 * What `nonneg doctor` runs in a process of its own for one backend: a product against plain
 * JavaScript, and a few iterations of (4) and (5) against the reference backend. Prints one line of
 * JSON; a native library that crashes takes only this process with it.
 */
import { factorize, type HostDense, Linalg, uniform } from "@nonneg/core";
import { createJsBackend } from "@nonneg/backend-js";
import { openBackend } from "../open-backend.js";

export interface Probe {
  readonly product: number;
  readonly euclidean: number;
  readonly divergence: number;
}

const [rows, cols, rank] = [37, 29, 5];

const random = (m: number, n: number, stream: number): HostDense => ({
  rows: m,
  cols: n,
  data: Float32Array.from({ length: m * n }, (_, p) => uniform(1, stream, p, 0)),
});

/** Largest difference, relative to the largest entry. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [largest, size] = [0, 0];
  for (let p = 0; p < b.length; p++) {
    const distance = Math.abs(a[p]! - b[p]!);
    if (!(distance <= largest)) largest = distance;
    size = Math.max(size, Math.abs(b[p]!));
  }
  return largest / size;
}

function product({ data: a }: HostDense, { data: b }: HostDense): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++)
      for (let p = 0; p < rank; p++) out[i * cols + j]! += a[i * rank + p]! * b[p * cols + j]!;
  return out;
}

export async function probe(backend: string): Promise<Probe> {
  await using open = await openBackend(backend);
  const { la } = open;
  await using reference = new Linalg(createJsBackend());
  const V = random(rows, cols, 1);
  const init = { W: random(rows, rank, 2), H: random(rank, cols, 3) };
  const agreement = async (loss: "euclidean" | "kullback-leibler") => {
    const options = { rank, loss, init, tol: 0, kktTol: 0, maxIterations: 5 };
    const [here, there] = [await factorize(la, V, options), await factorize(reference, V, options)];
    return Math.max(difference(here.W.data, there.W.data), difference(here.H.data, there.H.data));
  };
  using W = la.upload(init.W);
  using H = la.upload(init.H);
  using WH = la.matmul(W, H);
  const [computed] = await la.download(WH);
  return {
    product: difference(computed!, product(init.W, init.H)),
    euclidean: await agreement("euclidean"),
    divergence: await agreement("kullback-leibler"),
  };
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(`${JSON.stringify(await probe(process.argv[2]!))}\n`);
}
