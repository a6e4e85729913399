import { join } from "node:path";
import { arch, platform } from "node:process";

export const TFJS_NODE_VERSION = "4.22.0";

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
