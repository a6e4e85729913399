import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OPENBLAS_VERSION } from "../cache.js";
import { run } from "./run.js";
import { PROJECT, type Wheel } from "./wheels.js";

/**
 * Fetches the wheel by pip, which knows the user's index, proxy and certificates.
 * @returns the file, of the hash that was published
 * @throws Error where pip is missing, fails, or brings something else
 */
export async function fetchWheel(
  wheel: Wheel,
  target: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const [command, ...first] = await findPip(signal);
  await mkdir(target, { recursive: true });
  const args = [
    ...[...first, "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"],
    ...["--implementation", "py", "--abi", "none", "--python-version", "3.11"],
    ...["--platform", wheel.platform, "--disable-pip-version-check", "--progress-bar", "off"],
    ...["--dest", target, `${PROJECT}==${OPENBLAS_VERSION}`],
  ];
  await run(command, args, signal);
  const [name] = await readdir(target);
  const file = join(target, name ?? "");
  const hash = createHash("sha256");
  if (name !== undefined) hash.update(await readFile(file));
  if (hash.digest("hex") !== wheel.sha256) {
    throw new Error(
      `pip brought ${name ?? "nothing"}, which is not the published ${PROJECT} ${OPENBLAS_VERSION} (SHA-256 ${wheel.sha256})`,
    );
  }
  return file;
}

/** The command that runs pip, by its words. */
async function findPip(
  signal: AbortSignal | undefined,
): Promise<readonly [string, ...(readonly string[])]> {
  const commands = [["python3", "-m", "pip"], ["pip3"], ["pip"], ["python", "-m", "pip"]] as const;
  for (const [command, ...first] of commands) {
    try {
      await run(command, [...first, "--version"], signal);
      return [command, ...first];
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new Error("pip was not found (Debian: apt-get install python3-pip)");
}
