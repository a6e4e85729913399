import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { cwd, emitWarning, env, versions } from "node:process";
import util from "node:util";
import { defaultCacheDirectory } from "@nonneg/setup";
import { installation, packageIn } from "./cache.js";
import type { TensorFlow } from "./tensorflow.js";

export interface Found {
  /** version of the native library */
  readonly tensorflow: string;
  /** version of @tensorflow/tfjs-node */
  readonly tfjsNode: string;
  /** Threads that one operation may use. */
  readonly threads: number;
}

export interface Loaded extends Found {
  readonly tf: TensorFlow;
}

export interface LoadOptions {
  /** Directory of a built @tensorflow/tfjs-node: no other is looked for. */
  readonly library?: string;
  readonly threads?: number;
}

/** One TensorFlow for a process, with the threads of its first load: this is the process's state. */
let loaded: Loaded | undefined;
/** The threads that the native library made for itself when it was loaded, by its file. */
const threadsOf = new Map<string, number>();

/**
 * Loads TensorFlow, from the first of: `library`; the caller's own @tensorflow/tfjs-node, if its addon is
 * built; what `setup` left in the cache.
 * @throws Error that says why there is none
 */
export function loadTensorFlow(options: LoadOptions = {}): Loaded {
  if (loaded) {
    warnOfOther(loaded.threads, options.threads);
    return loaded;
  }
  const directory = findPackage(options);
  const found = find(directory, options.threads);
  replaceIsNullOrUndefined();
  const tf = withVariables(options.threads, () =>
    quietly(() => requireFrom(directory)(directory) as TensorFlow),
  );
  return (loaded = { ...found, tf });
}

/**
 * What `loadTensorFlow` would load. TensorFlow's native library is loaded for it, which is the proof that
 * it can be, and TensorFlow.js, which takes most of the time, is not.
 * @throws Error that says why there is none
 */
export function findTensorFlow(options: LoadOptions = {}): Found {
  return loaded ? loadTensorFlow(options) : find(findPackage(options), options.threads);
}

function find(directory: string, threads: number | undefined): Found {
  const require = requireFrom(directory);
  const file = require.resolve(addonIn(directory)!);
  // The caller may have loaded it before.
  const asked = file in require.cache ? undefined : threads;
  const addon = withVariables(threads, () => require(file) as { TF_Version: string });
  const made =
    threadsOf.get(file) ??
    asked ??
    (Number(env["TF_NUM_INTRAOP_THREADS"]) || availableParallelism());
  threadsOf.set(file, made);
  warnOfOther(made, threads);
  const manifest = readFileSync(join(directory, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  return { tensorflow: addon.TF_Version, tfjsNode: version, threads: made };
}

function warnOfOther(made: number, wanted: number | undefined): void {
  if (wanted === undefined || wanted === made) return;
  emitWarning(
    `TensorFlow runs with ${made} threads in this process since it was loaded; ` +
      `${wanted} can only be had by a new process.`,
    { code: "NONNEG_THREADS" },
  );
}

const requireFrom = (directory: string) => createRequire(join(directory, "package.json"));

function findPackage({ library }: LoadOptions): string {
  if (library !== undefined) return built(library);
  for (const from of [import.meta.url, join(cwd(), "package.json")]) {
    const own = resolvePackage(from);
    if (own && addonIn(own)) return own;
  }
  const cached = packageIn(installation(defaultCacheDirectory()));
  if (existsSync(cached)) return built(cached);
  throw new Error(
    "@tensorflow/tfjs-node is not installed with its native addon, and nothing is set up for it in " +
      defaultCacheDirectory(),
  );
}

function resolvePackage(from: string): string | undefined {
  try {
    return dirname(createRequire(from).resolve("@tensorflow/tfjs-node/package.json"));
  } catch {
    return undefined;
  }
}

function built(directory: string): string {
  if (!addonIn(directory))
    throw new Error(`${directory} holds no @tensorflow/tfjs-node with its native addon`);
  return directory;
}

/** The file of the native addon, in a folder named after the version of Node-API that it speaks. */
function addonIn(directory: string): string | undefined {
  const lib = join(directory, "lib");
  if (!existsSync(lib)) return undefined;
  return readdirSync(lib)
    .map((name) => join(lib, name, "tfjs_binding.node"))
    .find((file) => existsSync(file));
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 22 warns about and Node 23 no longer has. */
function replaceIsNullOrUndefined(): void {
  if (Number(versions.node.split(".")[0]) < 22) return;
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  });
}

/** TensorFlow reads its variables while it is loaded: nobody else should see them. */
function withVariables<T>(threads: number | undefined, work: () => T): T {
  const variables: Record<string, string> = {
    TF_CPP_MIN_LOG_LEVEL: env["TF_CPP_MIN_LOG_LEVEL"] ?? "2",
  };
  if (threads !== undefined) {
    variables["TF_NUM_INTRAOP_THREADS"] = variables["TF_NUM_INTEROP_THREADS"] = String(threads);
  }
  const before = Object.keys(variables).map((name) => [name, env[name]] as const);
  Object.assign(env, variables);
  try {
    return work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(env, name);
      else env[name] = value;
    }
  }
}

/** TensorFlow.js greets and warns through the console while it is loaded. */
function quietly<T>(work: () => T): T {
  const { warn, log } = console;
  console.warn = console.log = () => {};
  try {
    return work();
  } finally {
    Object.assign(console, { warn, log });
  }
}
