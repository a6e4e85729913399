// @ts-check
/**
 * What `npm start`, `npm test` and the other root commands share. They run in a fresh clone with
 * nothing but Node and npm: the pinned pnpm comes through npx, and turbo, which needs pnpm on the
 * PATH, runs inside it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** @type {{ packageManager: string, engines: { node: string } }} */
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  // Part of the key of turbo's cache: what passed on one Node has not passed on another.
  NONNEG_NODE: `${process.version} ${process.platform} ${process.arch}`,
};

/**
 * Ends the process with one line on stderr.
 * @param {string} message
 * @param {number} [exitCode]
 * @returns {never}
 */
export function fail(message, exitCode = 1) {
  process.stderr.write(`nonneg: ${message}\n`);
  process.exit(exitCode);
}

/**
 * Ends the process where a command did not exit with 0, with the command's exit code.
 * @param {string} what the command, as a user would type it
 * @param {import("node:child_process").SpawnSyncReturns<Buffer>} result
 */
function check(what, { status, signal, error }) {
  if (error) fail(`\`${what}\` did not start: ${error.message}`);
  if (signal) fail(`\`${what}\` was stopped by ${signal}`, signal === "SIGINT" ? 130 : 1);
  if (status !== 0)
    fail(
      `\`${what}\` failed with exit code ${String(status)}; its own words are above`,
      status ?? 1,
    );
}

/**
 * Runs the pinned pnpm in the root. The line goes through a shell, because npx is a batch file on
 * Windows; so it holds fixed words only, never a path.
 * @param {string} line what follows `pnpm`
 * @param {"inherit" | "ignore"} [stdout]
 */
export function pnpm(line, stdout = "inherit") {
  const command = `npx --yes ${manifest.packageManager} ${line}`;
  /** @type {import("node:child_process").StdioOptions} */
  const stdio = ["inherit", stdout, "inherit"];
  check(command, spawnSync(command, { cwd: root, env, shell: true, stdio }));
}

/**
 * Runs Node in the root.
 * @param {readonly string[]} args
 */
export function node(args) {
  check(
    ["node", ...args].join(" "),
    spawnSync(process.execPath, args, { cwd: root, env, stdio: "inherit" }),
  );
}

/** Installs what the lockfile says; next to nothing to do where that has been done. */
export function install() {
  const wanted = manifest.engines.node.replace(">=", "");
  if (process.versions.node.localeCompare(wanted, undefined, { numeric: true }) < 0) {
    fail(`Node ${wanted} or newer is needed, this is ${process.versions.node}`);
  }
  pnpm("install --frozen-lockfile");
}

/** Builds every package whose inputs changed. */
export function build() {
  pnpm("exec turbo run build");
}
