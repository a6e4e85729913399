import { join } from "node:path";
import { arch, platform } from "node:process";

/** The release of PyPI's scipy-openblas32 that `setup` brings. */
export const OPENBLAS_VERSION = "0.3.34.481.3";

/** OpenBLAS for this kind of machine. It exists only when whole and verified, because `setup` renames it into place. */
export function installation(cacheDir: string): string {
  return join(cacheDir, `openblas-${OPENBLAS_VERSION}-${platform}-${arch}`);
}

/** The library inside an installation. */
export function libraryIn(directory: string): string {
  const extension = { darwin: "dylib", win32: "dll" }[platform as string] ?? "so";
  return join(directory, "lib", `libscipy_openblas.${extension}`);
}
