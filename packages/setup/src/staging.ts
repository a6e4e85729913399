import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { kill, pid } from "node:process";

const DAY = 24 * 60 * 60 * 1000;

/** A new empty directory beside `destination`, to be renamed to it when whole. */
export async function makeStaging(destination: string): Promise<string> {
  const owner = `${hostname()}.${pid}.${randomBytes(4).toString("hex")}`;
  const directory = join(dirname(destination), `${basename(destination)}.${owner}.tmp`);
  await mkdir(directory, { recursive: true });
  return directory;
}

/** Removes the staging directories beside `destination` whose process was killed. */
export async function sweepStaging(destination: string): Promise<void> {
  const parent = dirname(destination);
  const prefix = `${basename(destination)}.`;
  for (const name of await readdir(parent)) {
    const [, host, owner] = /^(.+)\.(\d+)\.[0-9a-f]{8}\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (!name.startsWith(prefix) || !host) continue;
    const directory = join(parent, name);
    // Of another machine's processes, on a shared disk, nothing is known.
    const abandoned = host === hostname() ? !isRunning(Number(owner)) : await isOld(directory);
    if (abandoned) await remove(directory);
  }
}

/** A child of the killed process may still be writing there: what cannot be removed stays for the next time. */
export async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
}

async function isOld(directory: string): Promise<boolean> {
  const age = await stat(directory).then(
    (info) => Date.now() - info.mtimeMs,
    () => 0,
  );
  return age > DAY;
}

function isRunning(process: number): boolean {
  try {
    kill(process, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
