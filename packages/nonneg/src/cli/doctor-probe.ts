/**
 * What `nonneg doctor` runs in a process of its own for one backend: a product against plain
 * JavaScript, and a few iterations of (4) and (5) against the reference backend. Prints one line of
 * JSON; a native library that crashes takes only this process with it.
 */
import { factorize, type HostDense, Linalg, NonnegError, uniform } from "@nonneg/core";
import { createJsBackend } from "@nonneg/backend-js";
import { openBackend } from "../open-backend.js";

export interface Probe {
  readonly product: number;
  readonly euclidean: number;
  readonly divergence: number;
}

/** Why there is no backend to try. */
export interface Refused {
  readonly code: "NONNEG_BACKEND_UNAVAILABLE" | "NONNEG_OPTION";
  readonly message: string;
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

async function probe(la: Linalg): Promise<Probe> {
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

async function answer(backend: string): Promise<Probe | Refused> {
  try {
    await using open = await openBackend(backend);
    return await probe(open.la);
  } catch (error) {
    if (!(error instanceof NonnegError)) throw error;
    const { code, message } = error;
    if (code !== "NONNEG_BACKEND_UNAVAILABLE" && code !== "NONNEG_OPTION") throw error;
    return { code, message };
  }
}

process.stdout.write(`${JSON.stringify(await answer(process.argv[2]!))}\n`);
