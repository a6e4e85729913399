import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HostSparse, NonnegError, type NonnegErrorCode } from "@nonneg/core";
import { afterAll, beforeAll, expect } from "vitest";

/** Path of a file that make.py wrote. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** The sparse matrix of make.py: [[0, 0, 2, 0], [0, 5, 0, 7], [8, 0, 10, 0]]. */
export const pattern = { rows: 3, cols: 4, indptr: [0, 1, 3, 5], indices: [2, 1, 3, 0, 2] };
export const values = [2, 5, 7, 8, 10];

/** Arrays of one kind, whatever a reader chose. */
export function plain(matrix: HostSparse) {
  return {
    ...matrix,
    indptr: [...matrix.indptr],
    indices: [...matrix.indices],
    values: [...matrix.values],
  };
}

/** A directory for the tests of one file; `put` writes a file there and gives its path. */
export function useTemporaryDirectory() {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "nonneg io ")); // with spaces, as users have them
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return {
    path: (name: string) => join(directory, name),
    put: async (name: string, content: string | Uint8Array) => {
      await writeFile(join(directory, name), content);
      return join(directory, name);
    },
  };
}

/** Expects a rejection with a NonnegError of this code, in one paragraph that names the file. */
export async function expectRefused(
  result: Promise<unknown>,
  code: NonnegErrorCode,
  message: RegExp = /./,
): Promise<void> {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NonnegError);
  expect((error as NonnegError).code).toBe(code);
  expect((error as NonnegError).message).toMatch(message);
  expect((error as NonnegError).message).not.toMatch(/\n|undefined|NaN |\.\. /);
}

/** "read" or the code of the error: whatever else is thrown or returned fails the test. */
export async function outcome(result: Promise<unknown>): Promise<string> {
  try {
    await result;
    return "read";
  } catch (error) {
    if (error instanceof NonnegError) return error.code;
    throw error;
  }
}
