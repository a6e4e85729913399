/** Where and on what a run was made. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { home } from "./study.js";

export interface Environment {
  readonly cpu: string;
  readonly cpuFlags: readonly string[];
  readonly cores: number;
  readonly memoryGB: number;
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly nonneg: string;
  /** commit of the repository, with "+" where files differ from it; null outside one */
  readonly commit: string | null;
  /** load of the machine when the run began: what else was running */
  readonly load: number;
  /** variables that change what libraries do */
  readonly variables: Readonly<Record<string, string>>;
}

export function captureEnvironment(): Environment {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cpuFlags: cpuFlags(),
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    arch: process.arch,
    node: process.version,
    nonneg: version(),
    commit: commit(),
    load: loadavg()[0] ?? NaN,
    variables: Object.fromEntries(
      Object.entries(process.env).filter(
        (pair): pair is [string, string] =>
          /^(OMP|MKL|BLIS|NONNEG|UV|NODE)_/.test(pair[0]) && pair[1] !== undefined,
      ),
    ),
  };
}

function cpuFlags(): readonly string[] {
  try {
    const info = readFileSync("/proc/cpuinfo", "utf8");
    return (/^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1] ?? "").split(" ");
  } catch {
    const { stdout } = spawnSync("sysctl", ["-n", "machdep.cpu.features"], { encoding: "utf8" });
    return stdout ? stdout.trim().toLowerCase().split(" ") : [];
  }
}

function version(): string {
  const manifest = readFileSync(join(home, "../packages/nonneg/package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function commit(): string | null {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: home, encoding: "utf8" });
  const { status, stdout } = git("rev-parse", "HEAD");
  if (status !== 0) return null;
  const changed = git("status", "--porcelain", "--untracked-files=no").stdout.trim() !== "";
  return stdout.trim().slice(0, 12) + (changed ? "+" : "");
}
