import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { NonnegError } from "@nonneg/core";
import { defaultCacheDirectory, installation, libraryIn, OPENBLAS_VERSION } from "../cache.js";
import { fetchWheel } from "./pip.js";
import type { Report, SetupProgress } from "./progress.js";
import { run } from "./run.js";
import { unpack } from "./unpack.js";
import { PROJECT, wheelForThisMachine } from "./wheels.js";

export interface SetupOptions {
  /** Where to keep it. Default: `defaultCacheDirectory()`. */
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetupProgress) => void;
}

export interface SetupResult {
  /** the installation that `provider` finds by itself if it is in the default cache */
  readonly directory: string;
  /** version and kernel of the library, such as "0.3.34 SkylakeX" */
  readonly openblas: string;
  /** `kept`: it was there and works */
  readonly source: "kept" | "pypi";
}

const probe = fileURLToPath(new URL("./probe.js", import.meta.url));

/**
 * Brings OpenBLAS without root: PyPI's scipy-openblas32 (pip, hash pinned), its products compared
 * with plain JavaScript's. It is unpacked in a directory beside its place and renamed when that is
 * done, so that it is whole or not there; two setups at once do not disturb each other.
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE with what failed and how to mend it
 * @throws the signal's reason when aborted
 */
export async function setup(options: SetupOptions = {}): Promise<SetupResult> {
  const { signal } = options;
  const report: Report = options.onProgress ?? (() => undefined);
  const directory = installation(resolve(options.cacheDir ?? defaultCacheDirectory()));
  const wheel = wheelForThisMachine();
  signal?.throwIfAborted();

  await mkdir(dirname(directory), { recursive: true });
  await sweep(directory);
  const kept = await verifyKept(directory, report, signal);
  if (kept !== undefined) return { directory, openblas: kept, source: "kept" };

  const staging = `${directory}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    report({ stage: "library", message: `Downloading ${PROJECT} ${OPENBLAS_VERSION} with pip` });
    const downloads = join(staging, "wheel");
    const file = await fetchWheel(wheel, downloads, signal);
    report({ stage: "unpack", message: `Unpacking ${basename(file)}` });
    await unpack(file, staging, signal);
    await rm(downloads, { recursive: true });
    const openblas = await verify(staging, report, signal);
    await putInPlace(staging, directory, report, signal);
    return { directory, openblas, source: "pypi" };
  } catch (error) {
    signal?.throwIfAborted();
    throw new NonnegError(
      "NONNEG_BACKEND_UNAVAILABLE",
      `OpenBLAS could not be set up: ${error instanceof Error ? error.message : String(error)}. ` +
        "A BLAS of the system's package manager (Debian: apt-get install libopenblas0) serves as well.",
      { cause: error },
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** @throws Error where the library does not load, crashes, or computes wrongly */
async function verify(directory: string, report: Report, signal?: AbortSignal): Promise<string> {
  report({ stage: "verify", message: "Comparing products by OpenBLAS with plain JavaScript's" });
  return run(execPath, [probe, libraryIn(directory)], signal);
}

async function verifyKept(
  directory: string,
  report: Report,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (!existsSync(directory)) return undefined;
  try {
    return await verify(directory, report, signal);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** Renames the installation into place; where another setup was faster and its result works, that stays. */
async function putInPlace(
  staging: string,
  directory: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await rename(staging, directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
    if ((await verifyKept(directory, report, signal)) !== undefined) return;
    const broken = `${staging.slice(0, -".tmp".length)}.broken.tmp`;
    await rename(directory, broken);
    await rename(staging, directory);
    await rm(broken, { recursive: true, force: true });
  }
}

/** Removes what setups that were killed left a day ago or longer. */
async function sweep(directory: string): Promise<void> {
  const day = 24 * 60 * 60 * 1000;
  const parent = dirname(directory);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(directory)}.`) || !name.endsWith(".tmp")) continue;
    const age = await stat(join(parent, name)).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > day) await rm(join(parent, name), { recursive: true, force: true });
  }
}
