// @ts-check
/** Python in a virtual environment of its own, for comparisons with what is written in it. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, root } from "./workspace.js";

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", cwd: root });
  if (error) fail(`${command} did not start: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(" ")} failed`, status ?? 1);
}

/**
 * Runs scripts/NAME/compare.py with what scripts/NAME/requirements.txt pins. It is told Node, the
 * nonneg command and the digits, then what the user said.
 * @param {string} name
 */
export function compare(name) {
  const windows = process.platform === "win32";
  const environment = join(root, "node_modules", ".cache", `${name}-venv`);
  const python = join(environment, ...(windows ? ["Scripts", "python.exe"] : ["bin", "python"]));
  if (!existsSync(python)) run(windows ? "python" : "python3", ["-m", "venv", environment]);
  const requirements = join(root, "scripts", name, "requirements.txt");
  run(python, ["-m", "pip", "install", "--quiet", "-r", requirements]);
  run(python, [
    join(root, "scripts", name, "compare.py"),
    process.execPath,
    join(root, "packages/nonneg/bin/nonneg.js"),
    join(root, "packages/nonneg/data/digits.npy"),
    ...process.argv.slice(2),
  ]);
}
