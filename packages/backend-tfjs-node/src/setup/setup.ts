import { copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { execPath, platform } from "node:process";
import { fileURLToPath } from "node:url";
import { NonnegError } from "@nonneg/core";
import { defaultCacheDirectory, installation, packageIn, TFJS_NODE_VERSION } from "../cache.js";
import { copyLibrary, unpackWheel } from "./libtensorflow.js";
import { type Report, type SetupProgress, whileWatching } from "./progress.js";
import { run } from "./run.js";
import { makeStaging, remove, sweepStaging } from "./staging.js";
import { fetchWheel } from "./wheel-file.js";
import { wheelForThisMachine } from "./wheels.js";

export interface SetupOptions {
  /** Where to keep it. Default: `defaultCacheDirectory()`. */
  readonly cacheDir?: string;
  /**
   * Where to take libtensorflow from instead of downloading it: a directory with `lib` and `include`, an
   * installed Python package `tensorflow`, or a wheel of it.
   */
  readonly libtensorflow?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetupProgress) => void;
}

export interface SetupResult {
  /** the installation that `provider` finds by itself if it is in the default cache */
  readonly directory: string;
  /** version of the native library */
  readonly tensorflow: string;
  /** `kept`: it was there and works; else where libtensorflow came from */
  readonly source: "kept" | "package" | "pypi" | "given";
}

const files = fileURLToPath(new URL("../../installation/", import.meta.url));
const probe = fileURLToPath(new URL("./probe.js", import.meta.url));

/** Longest silence of the package's own download before it counts as blocked. */
const PATIENCE = 20_000;

/**
 * Makes TensorFlow work: @tensorflow/tfjs-node (npm, hashes pinned) with libtensorflow from its own download or,
 * where that is blocked, from `libtensorflow` or PyPI's wheel (pip, hash pinned), the addon built by node-gyp,
 * and a product compared with plain JavaScript. It is made in a directory beside its place and renamed when all
 * that is done, so that it is whole or not there. Wheels are kept; two setups at once do not disturb each other.
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE with what was tried and how to mend it, NONNEG_OPTION where
 *   `libtensorflow` does not exist
 * @throws the signal's reason when aborted
 */
export async function setup(options: SetupOptions = {}): Promise<SetupResult> {
  const { signal } = options;
  const report: Report = options.onProgress ?? (() => {});
  const cacheDir = resolve(options.cacheDir ?? defaultCacheDirectory());
  const directory = installation(cacheDir);
  wheelForThisMachine();
  if (options.libtensorflow !== undefined && !existsSync(options.libtensorflow)) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `libtensorflow: there is no ${resolve(options.libtensorflow)}. Name a directory with lib and include, ` +
        "an installed Python package tensorflow, or a wheel of it.",
    );
  }
  signal?.throwIfAborted();

  await mkdir(cacheDir, { recursive: true });
  await sweepStaging(directory);
  const kept = await verifyKept(directory, report, signal);
  if (kept) return { directory, tensorflow: kept, source: "kept" };

  const staging = await makeStaging(directory);
  try {
    await installPackages(staging, report, signal);
    const source = await provideAddon(staging, cacheDir, options, report);
    const tensorflow = await verify(staging, report, signal);
    await putInPlace(staging, directory, report, signal);
    return { directory, tensorflow, source };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new NonnegError(
      "NONNEG_BACKEND_UNAVAILABLE",
      `TensorFlow could not be set up. ${message(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    await remove(staging);
  }
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

/** @throws Error where TensorFlow does not load, crashes, or computes wrongly */
async function verify(directory: string, report: Report, signal?: AbortSignal): Promise<string> {
  report({
    stage: "verify",
    message: "Comparing a product by TensorFlow with one in plain JavaScript",
  });
  return run(execPath, [probe, packageIn(directory)], { signal });
}

async function installPackages(
  staging: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  const tell = (bytes: number) =>
    report({
      stage: "packages",
      message: `Installing @tensorflow/tfjs-node ${TFJS_NODE_VERSION} with npm`,
      bytes,
    });
  tell(0);
  for (const file of ["package.json", "package-lock.json"])
    await copyFile(join(files, file), join(staging, file));
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await whileWatching(staging, tell, run("npm", args, { cwd: staging, signal }));
}

/** Brings libtensorflow and the addon, the first way that works. */
async function provideAddon(
  staging: string,
  cacheDir: string,
  { libtensorflow, signal }: SetupOptions,
  report: Report,
): Promise<SetupResult["source"]> {
  const deps = join(packageIn(staging), "deps");
  if (libtensorflow !== undefined) {
    const given = resolve(libtensorflow);
    const isFile = (await stat(given)).isFile();
    await (isFile ? unpackWheel(given, deps, report, signal) : copyLibrary(given, deps, report));
    await buildAddon(staging, report, signal);
    return "given";
  }

  const blocked = await tryOwnDownload(staging, report, signal);
  if (blocked === undefined) return "package";
  await rm(deps, { recursive: true, force: true });
  await rm(join(packageIn(staging), "lib"), { recursive: true, force: true });

  const wheel = wheelForThisMachine();
  let file: string;
  try {
    file = await fetchWheel({
      wheel,
      downloads: join(cacheDir, "downloads"),
      staging,
      report,
      signal,
    });
  } catch (error) {
    throw new Error(
      `Its own download failed (${blocked}), and the wheel from PyPI too: ${message(error)}\n` +
        `Download ${wheel.project} ${wheel.version} for ${wheel.platform} where you can, and name the file: ` +
        "nonneg setup tfjs-node --libtensorflow FILE",
      { cause: error },
    );
  }
  await unpackWheel(file, deps, report, signal);
  await buildAddon(staging, report, signal);
  return "pypi";
}

/** Runs the package's install script, which brings libtensorflow and the addon. Gives the reason where it does not. */
async function tryOwnDownload(
  staging: string,
  report: Report,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new Error(`nothing arrived for ${PATIENCE / 1000} s`));
  let timer = setTimeout(giveUp, PATIENCE);
  let most = 0;
  const tell = (bytes: number) => {
    if (bytes > most) timer = (clearTimeout(timer), setTimeout(giveUp, PATIENCE));
    most = Math.max(most, bytes);
    report({ stage: "library", message: "Trying the package's own download", bytes });
  };
  try {
    report({ stage: "library", message: "Trying the package's own download" });
    const args = ["rebuild", "@tensorflow/tfjs-node", "--loglevel=error"];
    const both = signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal;
    const work = run("npm", args, { cwd: staging, signal: both });
    await whileWatching(join(packageIn(staging), "deps"), tell, work);
    await verify(staging, report, signal);
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    return /Error: (.*)/.exec(message(error))?.[1] ?? message(error).split("\n")[0]!;
  } finally {
    clearTimeout(timer);
  }
}

/** Compiles the addon against `deps`. */
async function buildAddon(staging: string, report: Report, signal?: AbortSignal): Promise<void> {
  report({ stage: "build", message: "Building the addon with node-gyp" });
  const directory = packageIn(staging);
  // Headers that came with Node spare node-gyp a download.
  const headers = dirname(dirname(execPath));
  const local = existsSync(join(headers, "include", "node", "node_api.h"))
    ? [`--nodedir=${headers}`]
    : [];
  const args = [
    "exec",
    "--",
    "node-gyp",
    "rebuild",
    `--directory=${directory}`,
    "--module_name=tfjs_binding",
    `--module_path=${join(directory, "lib", "napi-v8")}`,
    "--napi_version=9",
    "--napi_build_version=8",
    ...local,
  ];
  // PyPI's library for macOS names itself by @rpath, which the addon's own build file does not set.
  const env = platform === "darwin" ? { LDFLAGS: "-Wl,-rpath,@loader_path/../../deps/lib" } : {};
  try {
    await run("npm", args, { cwd: staging, env, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(
      `The addon could not be built; node-gyp needs Python 3, make and a C++ compiler ` +
        `(Debian: apt-get install python3 make g++; macOS: xcode-select --install): ${message(error)}`,
      { cause: error },
    );
  }
  await rm(join(directory, "build"), { recursive: true, force: true });
}

/** Renames the finished installation into place; where another setup was faster and its result works, that stays. */
async function putInPlace(
  staging: string,
  directory: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  await rm(join(staging, "wheel"), { recursive: true, force: true });
  try {
    await rename(staging, directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
    if (await verifyKept(directory, report, signal)) return;
    const broken = await makeStaging(directory);
    await rename(directory, broken);
    await rename(staging, directory);
    await remove(broken);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
