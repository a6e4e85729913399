import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("../bin/bench.js", import.meta.url));

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), "nonneg-bench-"));

/** Writes a small study and gives its path. */
export function writeStudy(folder: string, more: object): string {
  const path = join(folder, "study.json");
  const study = {
    name: "small",
    title: "Small",
    measure: "iteration",
    cases: [{ name: "tiny", rows: 30, cols: 20, rank: 3, iterations: [2, 6] }],
    backends: ["js"],
    ...more,
  };
  writeFileSync(path, JSON.stringify(study));
  return path;
}

export const runBench = (...args: string[]) =>
  spawnSync(process.execPath, [bench, ...args], { encoding: "utf8" });

export const startBench = (...args: string[]) =>
  spawn(process.execPath, [bench, ...args], { stdio: "ignore" });
