import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isSparse } from "@nonneg/core";
import type { HostDense, HostMatrix, HostSparse } from "../src/index.js";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const DIGITS = here("../data/digits.npy");

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command as its user does. `interruptAt`: Ctrl-C as soon as stderr says this.
 * `fileSizeLimit`: no file may grow above so many blocks of 512 bytes. `closed`: nobody reads this stream.
 */
export function nonneg(
  args: readonly string[],
  {
    env = {},
    interruptAt,
    fileSizeLimit,
    closed,
  }: {
    env?: NodeJS.ProcessEnv;
    interruptAt?: string;
    fileSizeLimit?: number;
    closed?: "stdout" | "stderr";
  } = {},
): Promise<Run> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("NONNEG_")),
  );
  const command = [process.execPath, here("../bin/nonneg.js"), ...args];
  if (fileSizeLimit !== undefined) {
    command.unshift("sh", "-c", `ulimit -f ${fileSizeLimit}; exec "$0" "$@"`);
  }
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr, interrupted] = ["", "", false];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (!interrupted && interruptAt !== undefined && stderr.includes(interruptAt)) {
      interrupted = true;
      child.kill("SIGINT");
    }
  });
  if (closed) child[closed].destroy();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** A `.npy` as NumPy's format says (version 1, C order, little endian): not read by the code under test. */
export async function npy(path: string): Promise<HostDense> {
  const bytes = await readFile(path);
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, 10 + length);
  const [, type, fortran, rows, cols] =
    /'descr': '([<|]\w\d)', 'fortran_order': (\w+), 'shape': \((\d+), (\d+)\)/.exec(header) ?? [];
  if (fortran !== "False") throw new Error(`unexpected header: ${header}`);
  const body = bytes.buffer.slice(bytes.byteOffset + 10 + length, bytes.byteOffset + bytes.length);
  const data =
    type === "<f8"
      ? new Float64Array(body)
      : type === "<f4"
        ? new Float32Array(body)
        : Float64Array.from(new Uint8Array(body));
  return { rows: Number(rows), cols: Number(cols), data };
}

/** What result.json holds, as far as tests look at it. */
export interface Result {
  readonly schema: number;
  readonly shape: readonly [number, number];
  readonly samples: string;
  readonly backend: string;
  readonly dtype: string;
  readonly loss: string;
  readonly rank: number;
  readonly iterations: number;
  readonly stoppedBy: string;
  readonly converged: boolean;
  readonly cost: number | string;
  readonly objective: number | string;
  readonly relativeError: number;
  readonly kkt: number | string;
  readonly compression: number;
  readonly history: readonly { iteration: number; objective: number; seconds: number }[];
  readonly seconds: number;
  readonly seed: number;
  readonly warnings: readonly string[];
}

/** What `factorize --out` wrote, read independently. */
export async function written(directory: string) {
  const text = await readFile(join(directory, "result.json"), "utf8");
  return {
    text,
    result: JSON.parse(text) as Result,
    W: await npy(join(directory, "W.npy")),
    H: await npy(join(directory, "H.npy")),
  };
}

export function toSparse({ rows, cols, data }: HostDense): HostSparse {
  const [indptr, indices, values] = [[0], [] as number[], [] as number[]];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      if (data[i * cols + j]! === 0) continue;
      indices.push(j);
      values.push(data[i * cols + j]!);
    }
    indptr.push(indices.length);
  }
  return {
    ...{ rows, cols, indptr: Int32Array.from(indptr), indices: Int32Array.from(indices) },
    values: Float64Array.from(values),
  };
}

function toDense(V: HostMatrix): HostDense {
  if (!isSparse(V)) return V;
  const data = new Float64Array(V.rows * V.cols);
  for (let i = 0; i < V.rows; i++) {
    for (let p = V.indptr[i]!; p < V.indptr[i + 1]!; p++) {
      data[i * V.cols + V.indices[p]!] = V.values[p]!;
    }
  }
  return { rows: V.rows, cols: V.cols, data };
}

/**
 * ½‖V − WH‖² and ‖V − WH‖/‖V‖ from the definitions, in float64, and a bound on how far another
 * evaluation in float64 may be from them: each x = (WH)_ij is off by at most k·u·x on either side,
 * which moves a term by |v − x|·2k·u·x; the sums are off by mn·u of their size, and by
 * log₂(mn)·u·‖V‖² where a sparse V's zeros are summed apart.
 */
export function euclidean(V: HostMatrix, W: HostDense, H: HostDense) {
  const dense = toDense(V);
  const { rows: m, cols: n } = dense;
  const u = 2 ** -53;
  let [cost, norm2, moved] = [0, 0, 0];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let x = 0;
      for (let a = 0; a < H.rows; a++) x += W.data[i * W.cols + a]! * H.data[a * n + j]!;
      const v = dense.data[i * n + j]!;
      cost += 0.5 * (v - x) ** 2;
      norm2 += v * v;
      moved += Math.abs(v - x) * 2 * (H.rows + 2) * u * x;
    }
  }
  const bound = moved + 2 * m * n * u * cost + 4 * Math.log2(m * n) * u * norm2;
  return { cost, bound, relativeError: Math.sqrt(2 * cost) / Math.sqrt(norm2) };
}
