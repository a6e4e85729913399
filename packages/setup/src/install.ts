import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { NonnegError } from "@nonneg/core";
import { makeStaging, remove, sweepStaging } from "./staging.js";

export interface Installation<Source extends string> {
  /** its place, which exists only while it is whole */
  readonly directory: string;
  /** Fills an empty directory beside it, and says from where. */
  readonly make: (staging: string) => Promise<Source>;
  /**
   * The version of what is in a directory, proved by a process of its own, because a native library
   * can crash.
   * @throws Error where it does not load, crashes, or computes wrongly
   */
  readonly verify: (directory: string) => Promise<string>;
  /** What the error of a failure begins with. */
  readonly failure: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Keeps an installation that works, and else makes it in a directory beside its place, verifies it
 * there and renames it: it is whole or not there, whenever the process is killed. Two at once do
 * not disturb each other.
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE with what failed
 * @throws the signal's reason when aborted
 */
export async function install<Source extends string>(
  installation: Installation<Source>,
): Promise<{ readonly version: string; readonly source: Source | "kept" }> {
  const { directory, failure, signal } = installation;
  signal?.throwIfAborted();
  await mkdir(dirname(directory), { recursive: true });
  await sweepStaging(directory);
  const kept = await verifyKept(installation);
  if (kept !== undefined) return { version: kept, source: "kept" };

  const staging = await makeStaging(directory);
  try {
    const source = await installation.make(staging);
    const version = await installation.verify(staging);
    await putInPlace(staging, installation);
    return { version, source };
  } catch (error) {
    signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    throw new NonnegError("NONNEG_BACKEND_UNAVAILABLE", `${failure} ${message}`, { cause: error });
  } finally {
    await remove(staging);
  }
}

/** The version of what is there, if it works. */
async function verifyKept({
  directory,
  verify,
  signal,
}: Installation<string>): Promise<string | undefined> {
  if (!existsSync(directory)) return undefined;
  try {
    return await verify(directory);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** Where another process was faster and its result works, that stays. */
async function putInPlace(staging: string, installation: Installation<string>): Promise<void> {
  const { directory } = installation;
  try {
    await rename(staging, directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
    if ((await verifyKept(installation)) !== undefined) return;
    const broken = await makeStaging(directory);
    await rename(directory, broken);
    await rename(staging, directory);
    await remove(broken);
  }
}
