import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type SetupProgress, whileWatching } from "./progress.js";
import { run } from "./run.js";

/** A file of a project on PyPI for one kind of machine: a zip archive with a native library. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** pip's tags: "cp" and "cp311", "py" and "none" */
  readonly implementation: string;
  readonly abi: string;
  readonly platform: string;
  readonly sha256: string;
  readonly bytes?: number;
}

interface Fetch {
  readonly wheel: Wheel;
  /** where downloads are kept */
  readonly downloads: string;
  /** for what is not whole yet */
  readonly staging: string;
  readonly report: (progress: SetupProgress<"library">) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * The wheel as a file of the right hash: kept from before, or fetched by pip, which knows the user's
 * index, proxy and certificates.
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

  const [pip, ...first] = await findPip(signal);
  const target = join(staging, "wheel");
  await mkdir(target, { recursive: true });
  const tell = (bytes: number) =>
    report({
      stage: "library",
      message: `Downloading ${title} with pip`,
      bytes: Math.min(bytes, wheel.bytes ?? bytes),
      ...(wheel.bytes !== undefined && { totalBytes: wheel.bytes }),
    });
  tell(0);
  const args = [
    ...[...first, "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"],
    ...["--implementation", wheel.implementation, "--abi", wheel.abi, "--python-version", "3.11"],
    ...["--platform", wheel.platform, "--disable-pip-version-check", "--progress-bar", "off"],
    ...["--dest", target, `${wheel.project}==${wheel.version}`],
  ];
  // pip fills a temporary directory first: here it can be watched, and goes away with the rest.
  await whileWatching(target, tell, run(pip, args, { env: { TMPDIR: target }, signal }));

  const name = (await readdir(target)).find((file) => file.endsWith(".whl"));
  const fetched = join(target, name ?? "");
  report({ stage: "library", message: `Checking the hash of ${name ?? "it"}` });
  if (name === undefined || !(await hasHash(fetched, wheel.sha256))) {
    throw new Error(
      `pip brought ${name ?? "nothing"}, which is not the published ${title} (SHA-256 ${wheel.sha256})`,
    );
  }
  await mkdir(downloads, { recursive: true });
  await rename(fetched, kept);
  await rm(target, { recursive: true });
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
async function findPip(
  signal: AbortSignal | undefined,
): Promise<readonly [string, ...(readonly string[])]> {
  const commands = [["python3", "-m", "pip"], ["pip3"], ["pip"], ["python", "-m", "pip"]] as const;
  for (const [command, ...first] of commands) {
    try {
      await run(command, [...first, "--version"], { signal });
      return [command, ...first];
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new Error("pip was not found (Debian: apt-get install python3-pip)");
}
