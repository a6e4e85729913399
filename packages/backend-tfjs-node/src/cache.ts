import { homedir } from "node:os";
import { join } from "node:path";
import { env, platform, arch } from "node:process";

export const TFJS_NODE_VERSION = "4.22.0";

/** Where `setup` keeps what it made: $NONNEG_CACHE, or the place that the system has for caches. */
export function defaultCacheDirectory(): string {
  if (env["NONNEG_CACHE"]) return env["NONNEG_CACHE"];
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "nonneg");
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "nonneg");
}

/**
 * The installation for this kind of machine. The addon speaks Node-API, so one serves every Node version.
 * It exists only when whole and verified, because `setup` renames it into place.
 */
export function installation(cacheDir: string): string {
  return join(cacheDir, `tfjs-node-${TFJS_NODE_VERSION}-${platform}-${arch}`);
}

/** The package inside an installation. */
export function packageIn(directory: string): string {
  return join(directory, "node_modules", "@tensorflow", "tfjs-node");
}
