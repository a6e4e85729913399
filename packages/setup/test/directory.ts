import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** An empty directory for each test of a file. */
export function freshDirectory(): (...path: string[]) => string {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "nonneg-setup-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  return (...path) => join(directory, ...path);
}
