/** The inputs of a case as .npy files, which every side reads: V (dense, or the arrays of a CSR), W0, H0. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Dtype, type HostArray, type HostDense, type HostMatrix, uniform } from "@nonneg/core";
import { readMatrix, writeNpy } from "nonneg/io";
import type { FitWork } from "./plan.js";
import { hashOf, home } from "./study.js";

const CACHE = join(home, "node_modules", ".cache", "nonneg-benchmarks");

/** What is known of the inputs without reading them. */
export interface Shape {
  readonly rows: number;
  readonly cols: number;
  readonly rank: number;
  /** entries that V stores: all of a dense one */
  readonly stored: number;
  readonly sparse: boolean;
}

export interface CaseFiles {
  readonly folder: string;
  readonly shape: Shape;
}

/** Streams of random numbers, apart from those of the product's own starts. */
const STREAM = { factor: 101, loading: 102, noise: 103, place: 104, W: 105, H: 106 };

/** Writes the files of a case where they are not there yet. */
export async function prepareCase(work: FitWork, dtype: Dtype): Promise<CaseFiles> {
  const { rows, cols, rank, density, data } = work;
  const changed = data === undefined ? 0 : (await stat(data)).mtimeMs;
  const folder = join(
    CACHE,
    hashOf({ rows, cols, rank, density, data, changed, dtype, recipe: 1 }),
  );
  const description = join(folder, "shape.json");
  if (!existsSync(description)) {
    // Made beside and renamed: whole or not there.
    const staging = `${folder}.${process.pid}`;
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    const V =
      data === undefined ? generate(work, dtype) : inDtype((await readMatrix(data)).matrix, dtype);
    await writeMatrix(staging, V);
    const W = starts(V, rank, dtype);
    await writeNpy(join(staging, "W0.npy"), W.W);
    await writeNpy(join(staging, "H0.npy"), W.H);
    const sparse = "indptr" in V;
    const shape: Shape = {
      rows: V.rows,
      cols: V.cols,
      rank,
      sparse,
      stored: sparse ? V.values.length : V.data.length,
    };
    await writeFile(join(staging, "shape.json"), JSON.stringify(shape));
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
  }
  return {
    folder,
    shape: (
      (await import(`file://${description}`, { with: { type: "json" } })) as { default: Shape }
    ).default,
  };
}

export interface Inputs {
  readonly V: HostMatrix;
  readonly W: HostDense;
  readonly H: HostDense;
}

export async function readCase(folder: string): Promise<Inputs> {
  const read = async (name: string) => (await readMatrix(join(folder, name))).matrix as HostDense;
  const [W, H] = [await read("W0.npy"), await read("H0.npy")];
  if (existsSync(join(folder, "V.npy"))) return { V: await read("V.npy"), W, H };
  const whole = async (name: string) => Int32Array.from((await read(name)).data);
  const values = (await read("V.values.npy")).data;
  return {
    V: {
      rows: W.rows,
      cols: H.cols,
      indptr: await whole("V.indptr.npy"),
      indices: await whole("V.indices.npy"),
      values,
    },
    W,
    H,
  };
}

async function writeMatrix(folder: string, V: HostMatrix): Promise<void> {
  if (!("indptr" in V)) return writeNpy(join(folder, "V.npy"), V);
  const row = (data: HostArray): HostDense => ({ rows: 1, cols: data.length, data });
  // float64 holds every index exactly.
  await writeNpy(join(folder, "V.indptr.npy"), row(Float64Array.from(V.indptr)));
  await writeNpy(join(folder, "V.indices.npy"), row(Float64Array.from(V.indices)));
  await writeNpy(join(folder, "V.values.npy"), row(V.values));
}

const allocate = (length: number, dtype: Dtype): HostArray =>
  dtype === "float64" ? new Float64Array(length) : new Float32Array(length);

/** Dense: a product of the case's rank and a tenth of noise. Sparse: places at random, values in (0, 1). */
function generate({ rows = 0, cols = 0, rank, density }: FitWork, dtype: Dtype): HostMatrix {
  if (density !== undefined) return sparse(rows, cols, density, dtype);
  const W = random(rows, rank, STREAM.factor);
  const H = random(rank, cols, STREAM.loading);
  const data = allocate(rows * cols, dtype);
  const line = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) line[j] = 0.1 * rank * uniform(1, STREAM.noise, i, j);
    for (let a = 0; a < rank; a++) {
      const w = W[i * rank + a]!;
      for (let j = 0; j < cols; j++) line[j]! += w * H[a * cols + j]!;
    }
    data.set(line, i * cols);
  }
  return { rows, cols, data };
}

/** Gaps between stored entries are geometric, so that each entry is stored with probability `density`. */
function sparse(rows: number, cols: number, density: number, dtype: Dtype): HostMatrix {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = -1, draw = 0; ; draw++) {
      const gap =
        density === 1
          ? 0
          : Math.floor(Math.log(uniform(1, STREAM.place, i, draw)) / Math.log1p(-density));
      j += 1 + gap;
      if (j >= cols) break;
      indices.push(j);
      values.push(0.01 + uniform(1, STREAM.noise, i, j));
    }
    indptr[i + 1] = indices.length;
  }
  const stored = allocate(values.length, dtype);
  stored.set(values);
  return { rows, cols, indptr, indices: Int32Array.from(indices), values: stored };
}

/** Uniform W0 and H0, scaled so that the expected mean of their product is the mean of V. */
function starts(V: HostMatrix, rank: number, dtype: Dtype): { W: HostDense; H: HostDense } {
  const stored = "indptr" in V ? V.values : V.data;
  let sum = 0;
  for (const v of stored) sum += v;
  const mean = sum / (V.rows * V.cols);
  const scale = 2 * Math.sqrt(mean / rank);
  const make = (rows: number, cols: number, stream: number): HostDense => {
    const data = allocate(rows * cols, dtype);
    random(rows, cols, stream).forEach((x, p) => (data[p] = scale * x));
    return { rows, cols, data };
  };
  return { W: make(V.rows, rank, STREAM.W), H: make(rank, V.cols, STREAM.H) };
}

function random(rows: number, cols: number, stream: number): Float64Array {
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) data[i * cols + j] = uniform(1, stream, i, j);
  return data;
}

function inDtype(V: HostMatrix, dtype: Dtype): HostMatrix {
  const convert = (from: HostArray) => {
    const to = allocate(from.length, dtype);
    to.set(from);
    return to;
  };
  return "indptr" in V ? { ...V, values: convert(V.values) } : { ...V, data: convert(V.data) };
}
