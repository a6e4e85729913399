/**
 * Kills `setup` (SIGKILL) at ten points spread over its run, each from an empty cache, runs it again, and asks a
 * fresh process whether the backend works. Takes some minutes and downloads TensorFlow: `pnpm test:kill`.
 * Wheels are kept from point to point but for the points within the download.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, execPath, kill, pid } from "node:process";
import { fileURLToPath } from "node:url";

/** @typedef {import("../dist/index.js").SetupProgress} Progress */

/** @type {readonly { name: string, at: (p: Progress) => boolean, after?: number, fresh?: boolean }[]} */
const points = [
  { name: "npm starts", at: (p) => p.stage === "packages" },
  { name: "npm has written 10 MB", at: (p) => p.stage === "packages" && (p.bytes ?? 0) > 1e7 },
  { name: "the package's own download", at: (p) => p.stage === "library" },
  { name: "pip starts", at: (p) => p.totalBytes !== undefined, fresh: true },
  { name: "pip has written a byte", at: (p) => Boolean(p.totalBytes && p.bytes), fresh: true },
  { name: "the wheel is checked", at: (p) => p.message.startsWith("Checking"), fresh: true },
  { name: "300 MB are unpacked", at: (p) => p.stage === "unpack" && (p.bytes ?? 0) > 3e8 },
  { name: "the build starts", at: (p) => p.stage === "build" },
  { name: "the compiler runs", at: (p) => p.stage === "build", after: 4000 },
  { name: "the product is compared", at: (p) => p.stage === "verify", after: 300 },
];

const self = fileURLToPath(import.meta.url);
const [role, cacheDir = "", point] = argv.slice(2);

if (role === "setup") {
  const { setup } = await import("../dist/index.js");
  const { at, after = 0 } = points[Number(point)] ?? { at: () => false };
  await setup({
    cacheDir,
    onProgress(progress) {
      if (!at(progress)) return;
      if (after === 0) kill(pid, "SIGKILL");
      else setTimeout(() => kill(pid, "SIGKILL"), after);
    },
  });
} else if (role === "check") {
  const { provider } = await import("../dist/index.js");
  const backend = await provider.create();
  console.log(backend.description.versions);
  await backend[Symbol.asyncDispose]();
} else {
  all();
}

function all() {
  const cache = mkdtempSync(join(tmpdir(), "nonneg-kill-"));
  let failures = 0;
  for (const [i, { name, fresh }] of points.entries()) {
    for (const entry of readdirSync(cache)) {
      if (fresh || entry !== "downloads")
        rmSync(join(cache, entry), { recursive: true, maxRetries: 10 });
    }
    const killed = again("setup", cache, String(i));
    const left = readdirSync(cache);
    const second = again("setup", cache);
    const check = again("check", cache);
    const staging = readdirSync(cache).filter((entry) => entry.endsWith(".tmp"));
    const ok =
      killed.signal === "SIGKILL" &&
      second.status === 0 &&
      check.status === 0 &&
      staging.length === 0;
    if (!ok) failures += 1;
    console.log(
      `${ok ? "ok  " : "FAIL"} killed when ${name} (${killed.signal ?? "not killed"}), left ${left.join(", ")}; ` +
        `then ${second.status === 0 ? "set up" : second.stderr}, ${check.stdout || check.stderr}`.trim(),
    );
  }
  rmSync(cache, { recursive: true, maxRetries: 10 });
  console.log(`${points.length - failures} passed, ${failures} failed`);
  process.exitCode = failures === 0 ? 0 : 1;
}

/** @param {string[]} args */
function again(...args) {
  const env = { ...process.env, NONNEG_CACHE: args[1] };
  return spawnSync(execPath, [self, ...args], { encoding: "utf8", env, cwd: tmpdir() });
}
