import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { NonnegError } from "@nonneg/core";
import { defaultCacheDirectory, install, run, whileWatching } from "@nonneg/setup";
import { installation, TFJS_NODE_VERSION } from "../cache.js";
import { provideAddon } from "./addon.js";
import type { Report, SetupProgress } from "./progress.js";
import { verify } from "./verify.js";
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
  const { signal, libtensorflow, onProgress: report = () => undefined } = options;
  const cacheDir = resolve(options.cacheDir ?? defaultCacheDirectory());
  const directory = installation(cacheDir);
  wheelForThisMachine();
  if (libtensorflow !== undefined && !existsSync(libtensorflow)) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `libtensorflow: there is no ${resolve(libtensorflow)}. Name a directory with lib and include, ` +
        "an installed Python package tensorflow, or a wheel of it.",
    );
  }
  const { version, source } = await install({
    directory,
    signal,
    failure: "TensorFlow could not be set up.",
    async make(staging) {
      await installPackages(staging, report, signal);
      const downloads = join(cacheDir, "downloads");
      return provideAddon({ staging, downloads, libtensorflow, report, signal });
    },
    verify: (there) => verify(there, report, signal),
  });
  return { directory, tensorflow: version, source };
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
