/** Command lines of factorize that are refused, and the files that they name. */
import { readdir } from "node:fs/promises";
import type { NonnegErrorCode } from "@nonneg/core";
import { expect } from "vitest";
import { useTemporaryDirectory } from "./io/files.js";
import { nonneg } from "./support.js";

export interface Refusal {
  readonly name: string;
  readonly args: () => Promise<readonly string[]>;
  readonly code: NonnegErrorCode;
  /** what the message names */
  readonly says: RegExp;
}

export function useRefusals() {
  const { path, put } = useTemporaryDirectory();
  let files = 0;
  /** A file of this extension and content. */
  const file = (extension: string, content: string | Uint8Array) =>
    put(`${files++}${extension}`, content);
  const csv = (content: string) => file(".csv", content);
  return {
    path,
    file,
    csv,
    mtx: (lines: string) =>
      file(".mtx", `%%MatrixMarket matrix coordinate real general\n${lines}\n`),
    good: () => csv("1,2,3\n4,5,6\n7,8,9\n"),
    /** The arguments of a V of rank 2. */
    of:
      (V: () => Promise<string>, ...options: string[]) =>
      async () => [await V(), "--rank", "2", ...options],
    expectRefused: async ({ args, code, says }: Refusal): Promise<void> => {
      const out = `out-${files++}`;
      const given = await args();
      const run = await nonneg([
        ...["factorize", ...given, "--out", path(out), "--report", "--json"],
        ...(given.includes("--backend") ? [] : ["--backend", "js"]),
      ]);
      expect(run.code, run.stderr).toBe(1);
      expect(run.stdout).toBe("");
      expect(run.stderr).toMatch(new RegExp(`^${code}: `));
      expect(run.stderr).toMatch(says);
      // One paragraph, no stack.
      expect(run.stderr.trimEnd()).not.toMatch(/\n|undefined|\bat .*\.js:/);
      expect(await readdir(path("."))).not.toContain(out);
    },
  };
}
