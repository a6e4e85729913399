import { homedir } from "node:os";
import { join } from "node:path";
import { env, platform } from "node:process";

/** Where setups keep what they bring: $NONNEG_CACHE, or the place that the system has for caches. */
export function defaultCacheDirectory(): string {
  if (env["NONNEG_CACHE"]) return env["NONNEG_CACHE"];
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "nonneg");
  if (platform === "win32" && env["LOCALAPPDATA"]) return join(env["LOCALAPPDATA"], "nonneg");
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "nonneg");
}
