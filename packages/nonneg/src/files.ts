/** Models as files: W.npy, H.npy and result.json in a directory. */
import { access, mkdir, mkdtemp, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { NonnegError, type PartialState } from "@nonneg/core";
import { readNpy, writeAtomic, writeNpy } from "./io/index.js";
import { BasisModel, isOnlineModel, OnlineModel } from "./model.js";
import { summarize } from "./summary.js";

/**
 * Writes all three files beside their places, then moves them there: what fails half way, a full
 * disk say, leaves the model that was there before as it was.
 */
export async function saveModel(directory: string, model: BasisModel): Promise<void> {
  let staging: string | undefined;
  let made = false;
  try {
    made = await makeDirectory(directory);
    staging = await mkdtemp(join(directory, ".saving-"));
    const matrices = {
      W: model.W,
      H: model.H,
      ...(isOnlineModel(model)
        ? { numerator: model.state.numerator, denominator: model.state.denominator }
        : {}),
    };
    const names = Object.keys(matrices).map((name) => `${name}.npy`);
    for (const [name, matrix] of Object.entries(matrices)) {
      await writeNpy(join(staging, `${name}.npy`), matrix);
    }
    const result = `${JSON.stringify(summarize(model), null, 2)}\n`;
    await writeAtomic(join(staging, "result.json"), result);
    for (const name of [...names, "result.json"]) {
      await rename(join(staging, name), join(directory, name));
    }
    await rmdir(staging);
  } catch (error) {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true });
    if (made) await rmdir(directory).catch(() => undefined);
    const why = (error instanceof Error ? error.message : String(error)).replace(`${staging}/`, "");
    throw new NonnegError("NONNEG_IO", `Nothing was written to ${directory}: ${why}`, {
      cause: error,
    });
  }
}

/**
 * Makes a directory and those above it; false where it is there. Node's own way of doing so never
 * ends where a directory lets none be made in it and says that it is not there, as /proc does.
 */
async function makeDirectory(directory: string): Promise<boolean> {
  if (await isDirectory(directory)) return false;
  const parent = dirname(directory);
  if (parent !== directory) await makeDirectory(parent);
  try {
    await mkdir(directory);
    return true;
  } catch (error) {
    // Another process may have made it.
    if (await isDirectory(directory)) return false;
    throw error;
  }
}

export const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

/** Whether a directory holds what `saveModel` writes. */
export function modelExists(directory: string): Promise<boolean> {
  return access(join(directory, "result.json")).then(
    () => true,
    () => false,
  );
}

export async function loadModel(directory: string): Promise<BasisModel> {
  const path = join(directory, "result.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new NonnegError(
      "NONNEG_IO",
      `${path} cannot be read: ${(error as Error).message}. A model is a directory that factorize --out wrote.`,
      {
        cause: error,
      },
    );
  }
  const { samples, beta, online } = parse(path, text);
  const read = (name: string) => readNpy(join(directory, `${name}.npy`));
  const [W, H] = [await read("W"), await read("H")];
  if (W.cols !== H.rows) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      `${directory} holds W of ${W.rows}×${W.cols} and H of ${H.rows}×${H.cols}: expected as many columns of W as rows of H.`,
    );
  }
  if (!online) return new BasisModel({ W, H, samples, beta });
  const [basis, coefficients] = samples === "rows" ? [H, W] : [W, H];
  const [numerator, denominator] = [await read("numerator"), await read("denominator")];
  const dtype = basis.data instanceof Float64Array ? "float64" : "float32";
  const sums = { numerator, denominator, ...online };
  return new OnlineModel(
    { schema: 1, samples, beta, rank: H.rows, dtype, basis, ...sums },
    coefficients,
  );
}

type Saved = Pick<BasisModel, "samples" | "beta"> & {
  readonly online?: Pick<PartialState, "batches" | "exponent"> | undefined;
};

function parse(path: string, text: string): Saved {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new NonnegError("NONNEG_PARSE", `${path} is no JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const { schema, samples, beta, online } = (value ?? {}) as Record<string, unknown>;
  const known = schema === 1 && (samples === "rows" || samples === "columns");
  if (known && typeof beta === "number" && (online === undefined || isOnlineState(online))) {
    return { samples, beta, online };
  }
  throw new NonnegError(
    "NONNEG_PARSE",
    `${path} is no result of nonneg: expected "schema": 1, "samples" and "beta".`,
  );
}

function isOnlineState(value: unknown): value is NonNullable<Saved["online"]> {
  if (typeof value !== "object" || value === null) return false;
  const { batches, exponent } = value as Record<string, unknown>;
  return Number.isSafeInteger(batches) && Number.isSafeInteger(exponent);
}
