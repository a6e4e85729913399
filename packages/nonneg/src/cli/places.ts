/** Places to read from and write to, refused before the work where they would be after it. None of this makes anything. */
import { access, constants, lstat, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { NonnegError } from "@nonneg/core";
import { isDirectory } from "../files.js";
import { reading } from "../io/read-file.js";

/** @throws NonnegError NONNEG_IO for a directory that is a file, or whose place may not be written to */
export async function checkDirectory(directory: string): Promise<void> {
  const wanted = resolve(directory);
  for (let at = wanted; ; at = dirname(at)) {
    const stats = await stat(at).catch(() => undefined);
    const link = !stats && (await lstat(at).catch(() => undefined))?.isSymbolicLink();
    if (!stats && !link && at !== dirname(at)) continue;
    const writable = await access(at, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (stats?.isDirectory() && writable) return;
    const why = link
      ? "is a link that leads nowhere"
      : stats?.isDirectory() === false
        ? "is no directory"
        : "may not be written to";
    throw new NonnegError("NONNEG_IO", `Nothing can be written to ${wanted}: ${at} ${why}.`);
  }
}

/** @throws NonnegError NONNEG_IO, NONNEG_OPTION for what is no .npy file in a directory that is there */
export async function checkNpy(path: string): Promise<void> {
  if (!/\.npy$/i.test(path)) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `--out is ${path}: what is written is in NumPy's format, expected a name that ends in .npy.`,
    );
  }
  const refused = (why: string) =>
    new NonnegError("NONNEG_IO", `Nothing can be written to ${path}: ${why}.`);
  if (await isDirectory(path)) throw refused("it is a directory");
  const directory = dirname(resolve(path));
  await checkDirectory(directory);
  if (!(await isDirectory(directory))) throw refused(`there is no directory ${directory}`);
}

/** @throws NonnegError NONNEG_IO for a file that is not there, or may not be read */
export function checkThere(path: string): Promise<void> {
  return reading(path, () => access(path, constants.R_OK));
}

/** @throws NonnegError NONNEG_OPTION where a file to be written is the one that is read */
export async function checkApart(input: string, ...outputs: readonly string[]): Promise<void> {
  const place = (path: string) => realpath(path).catch(() => undefined);
  const read = await place(input);
  for (const output of outputs) {
    if (read === undefined || (await place(output)) !== read) continue;
    throw new NonnegError(
      "NONNEG_OPTION",
      `--out would write ${output} over ${input}, which is read: name another place.`,
    );
  }
}
