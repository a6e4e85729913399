import { homedir } from "node:os";
import { join } from "node:path";
import { arch, env, platform } from "node:process";

/** The release of PyPI's scipy-openblas32 that `setup` brings. */
export const OPENBLAS_VERSION = "0.3.34.481.3";

/** Where `setup` keeps what it brought: $NONNEG_CACHE, or the place that the system has for caches. */
export function defaultCacheDirectory(): string {
  if (env["NONNEG_CACHE"]) return env["NONNEG_CACHE"];
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "nonneg");
  if (platform === "win32" && env["LOCALAPPDATA"]) return join(env["LOCALAPPDATA"], "nonneg");
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "nonneg");
}

/** OpenBLAS for this kind of machine. It exists only when whole and verified, because `setup` renames it into place. */
export function installation(cacheDir: string): string {
  return join(cacheDir, `openblas-${OPENBLAS_VERSION}-${platform}-${arch}`);
}

/** The library inside an installation. */
export function libraryIn(directory: string): string {
  const extension = { darwin: "dylib", win32: "dll" }[platform as string] ?? "so";
  return join(directory, "lib", `libscipy_openblas.${extension}`);
}
