import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { NonnegError } from "@nonneg/core";

/**
 * Writes a file whole or not at all: to a temporary name beside it, flushed to the disk, then
 * renamed over `path`. Whatever fails, `path` is as it was and the temporary file is gone.
 * @throws NonnegError NONNEG_IO (no such directory, no permission, full disk, not a regular file)
 */
export async function writeAtomic(
  path: string,
  content: string | Iterable<Uint8Array>,
): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await resolveTarget(path);
    temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
    const file = await open(temporary, "wx");
    try {
      for (const chunk of typeof content === "string" ? [content] : content) {
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => {});
    throw asNonnegError(error, path);
  }
}

/** The file that `path` leads to. A rename over a link, a device or a pipe would put a file in its place. */
async function resolveTarget(path: string): Promise<string> {
  const stats = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (stats === undefined) return path;
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? "a directory" : "a pipe or a device";
    throw new NonnegError(
      "NONNEG_IO",
      `${path}: cannot be written: it is ${what}, expected a file or a new name.`,
    );
  }
  return realpath(path);
}

function asNonnegError(error: unknown, path: string): unknown {
  if (error instanceof NonnegError || !(error instanceof Error)) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const why = reasons.get(code) ?? error.message;
  return new NonnegError(
    "NONNEG_IO",
    `${path}: cannot be written: ${why}. Nothing was left behind.`,
    {
      cause: error,
    },
  );
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "its directory does not exist"],
  ["ENOTDIR", "its directory is not a directory"],
  ["EACCES", "writing there is not permitted"],
  ["EPERM", "writing there is not permitted"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file would be larger than is allowed here"],
]);
