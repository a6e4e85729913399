/** The process that does a row's job. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure, type Job } from "./job.js";
import type { Row } from "./plan.js";
import { home } from "./study.js";

export const environmentFolder = join(home, "node_modules", ".cache", "peers-venv");
export const python = join(
  environmentFolder,
  ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
);

/** @throws Failure where the row's side cannot be had */
export function commandOf(row: Pick<Row, "peer">, job: Job): string[] {
  if (!row.peer) return workerOf(job);
  const script = join(home, "peers", `${row.peer.name}.py`);
  if (existsSync(script)) {
    if (!existsSync(python))
      throw new Failure("unavailable", "not set up here: run `pnpm bench:peers-setup`");
    return [python, script, JSON.stringify(job)];
  }
  // A peer in JavaScript is a backend of three verbs.
  const module = join(home, "dist", "peers", `${row.peer.name}.js`);
  if (!existsSync(module)) {
    throw new Failure("unavailable", `no peer of this name: ${script} is not there`);
  }
  return workerOf({ ...job, backend: pathToFileURL(module).href });
}

export function workerOf(job: Job): string[] {
  const flags = job.measure === "memory" ? ["--expose-gc"] : [];
  return [process.execPath, ...flags, join(home, "dist", "worker.js"), JSON.stringify(job)];
}
