import { basename, join, resolve } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import {
  defaultCacheDirectory,
  fetchWheel,
  install,
  run,
  type SetupProgress as Progress,
  unzip,
} from "@nonneg/setup";
import { installation, libraryIn } from "../cache.js";
import { wheelForThisMachine } from "./wheels.js";

export type SetupProgress = Progress<"library" | "unpack" | "verify">;

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
 * with plain JavaScript's. It is made beside its place and renamed when all that is done, so that it
 * is whole or not there. The wheel is kept; two setups at once do not disturb each other.
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE with what failed and how to mend it
 * @throws the signal's reason when aborted
 */
export async function setup(options: SetupOptions = {}): Promise<SetupResult> {
  const { signal, onProgress: report = () => undefined } = options;
  const cacheDir = resolve(options.cacheDir ?? defaultCacheDirectory());
  const directory = installation(cacheDir);
  const wheel = wheelForThisMachine();
  const { version, source } = await install({
    directory,
    signal,
    failure:
      "OpenBLAS could not be set up; a BLAS of the system's package manager serves as well " +
      "(Debian: apt-get install libopenblas0).",
    async make(staging) {
      const downloads = join(cacheDir, "downloads");
      const file = await fetchWheel({ wheel, downloads, staging, report, signal });
      report({ stage: "unpack", message: `Unpacking ${basename(file)}` });
      await unzip(
        file,
        (entry) => placeOf(entry, staging),
        () => undefined,
        signal,
      );
      return "pypi";
    },
    verify(there) {
      const message = "Comparing products by OpenBLAS with plain JavaScript's";
      report({ stage: "verify", message });
      return run(execPath, [probe, libraryIn(there)], { signal });
    },
  });
  return { directory, openblas: version, source };
}

/** Of a wheel: its shared libraries (on macOS some in a folder beside, found by their relative place) and its license. */
function placeOf(entry: string, directory: string): string | undefined {
  if (/\.dist-info\/(licenses\/)?LICENSE[^/]*$/.test(entry)) return join(directory, "LICENSE.txt");
  const inside = /^scipy_openblas32\/([\w./-]+\.(?:so|dylib|dll)(?:\.[\d.]+)?)$/.exec(entry)?.[1];
  return inside === undefined || inside.includes("..") ? undefined : join(directory, inside);
}
