// @ts-check
/**
 * `pnpm check:numpy [backend …]`: 100 iterations of (4) and of (5) by the command against NumPy
 * written straight from the formulas, in a virtual environment of its own.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, root } from "./workspace.js";

const environment = join(root, "node_modules", ".cache", "numpy-venv");
const python = join(
  environment,
  ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
);

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", cwd: root });
  if (error) fail(`${command} did not start: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(" ")} failed`, status ?? 1);
}

if (!existsSync(python)) {
  run(process.platform === "win32" ? "python" : "python3", ["-m", "venv", environment]);
}
run(python, [
  "-m",
  "pip",
  "install",
  "--quiet",
  "-r",
  join(root, "scripts/numpy/requirements.txt"),
]);
run(python, [
  join(root, "scripts/numpy/compare.py"),
  process.execPath,
  join(root, "packages/nonneg/bin/nonneg.js"),
  join(root, "packages/nonneg/data/digits.npy"),
  ...process.argv.slice(2),
]);
