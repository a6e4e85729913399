import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Report, whileWatching } from "./progress.js";
import { run } from "./run.js";
import type { Wheel } from "./wheels.js";

interface Fetch {
  readonly wheel: Wheel;
  /** where downloads are kept */
  readonly downloads: string;
  /** for what is not whole yet */
  readonly staging: string;
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
}

/**
 * The wheel as a file of the right hash: kept from before, or fetched by pip, which knows the user's index,
 * proxy and certificates. node-gyp needs Python anyway.
 * @throws Error where pip is missing, fails, or brings something else
 */
export async function fetchWheel({
  wheel,
  downloads,
  staging,
  report,
  signal,
}: Fetch): Promise<string> {
  const title = `${wheel.project} ${wheel.version}`;
  const kept = join(downloads, `${wheel.project}-${wheel.version}-${wheel.platform}.whl`);
  report({ stage: "library", message: `Looking for ${title} in ${downloads}` });
  if (await hasHash(kept, wheel.sha256)) return kept;

  const pip = await findPip(signal);
  const target = join(staging, "wheel");
  await mkdir(target, { recursive: true });
  const tell = (bytes: number) =>
    report({
      stage: "library",
      message: `Downloading ${title} with pip`,
      bytes: Math.min(bytes, wheel.bytes),
      totalBytes: wheel.bytes,
    });
  tell(0);
  const args = [
    ...pip.slice(1),
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--implementation",
    "cp",
    "--python-version",
    "3.11",
    "--abi",
    "cp311",
    "--platform",
    wheel.platform,
    "--no-cache-dir",
    "--disable-pip-version-check",
    "--progress-bar",
    "off",
    "--dest",
    target,
    `${wheel.project}==${wheel.version}`,
  ];
  // pip fills a temporary directory first: here it can be watched, and goes away with the rest.
  await whileWatching(target, tell, run(pip[0]!, args, { env: { TMPDIR: target }, signal }));

  const name = (await readdir(target)).find((file) => file.endsWith(".whl"));
  const fetched = join(target, name ?? "");
  report({ stage: "library", message: `Checking the hash of ${name}` });
  if (!name || !(await hasHash(fetched, wheel.sha256))) {
    throw new Error(
      `pip brought ${name ?? "nothing"}, which is not the published ${title} (SHA-256 ${wheel.sha256})`,
    );
  }
  await mkdir(downloads, { recursive: true });
  await rename(fetched, kept);
  return kept;
}

async function hasHash(file: string, sha256: string): Promise<boolean> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
  } catch {
    return false;
  }
  return hash.digest("hex") === sha256;
}

/** The command that runs pip, by its words. */
async function findPip(signal: AbortSignal | undefined): Promise<readonly string[]> {
  for (const pip of [["python3", "-m", "pip"], ["pip3"], ["pip"], ["python", "-m", "pip"]]) {
    try {
      await run(pip[0]!, [...pip.slice(1), "--version"], { signal });
      return pip;
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new Error("pip was not found (Debian: apt-get install python3-pip)");
}
