// @ts-check
/**
 * `pnpm check:third-party`: the example of a backend from outside, copied off the repository and
 * installed with core and conformance as they would be published, passes the whole suite.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, fail, install, pnpm, root } from "./workspace.js";

const packed = "node_modules/.cache/third-party";

install();
build();
rmSync(root + packed, { recursive: true, force: true });
for (const folder of ["core", "conformance"]) {
  pnpm(`--dir packages/${folder} pack --pack-destination ../../${packed}`, "ignore");
}

const workspace = readFileSync(`${root}pnpm-workspace.yaml`, "utf8");
/** @param {string} name */
const pinned = (name) =>
  new RegExp(`^ {2}"?${name}"?: (\\S+)$`, "m").exec(workspace)?.[1] ??
  fail(`no version of ${name}`);

const folder = mkdtempSync(join(tmpdir(), "nonneg-third-party-"));
/**
 * Copied beside the example: npm does not read a `file:` URL with an escaped space.
 * @param {string} name
 */
const tarball = (name) => {
  const file =
    readdirSync(root + packed).find((candidate) => candidate.startsWith(name)) ??
    fail(`no tarball of ${name}`);
  cpSync(join(root, packed, file), join(folder, file));
  return `file:./${file}`;
};

try {
  cpSync(`${root}examples/third-party-backend`, folder, { recursive: true });
  const path = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const core = tarball("nonneg-core");
  manifest.dependencies = { "@nonneg/core": core };
  manifest.devDependencies = {
    "@nonneg/conformance": tarball("nonneg-conformance"),
    "fast-check": pinned("fast-check"),
    vitest: pinned("vitest"),
  };
  manifest.overrides = { "@nonneg/core": core };
  writeFileSync(path, JSON.stringify(manifest, null, 2));
  for (const command of ["npm install --no-audit --no-fund", "npm test"]) {
    const { status } = spawnSync(command, { cwd: folder, shell: true, stdio: "inherit" });
    if (status !== 0) fail(`\`${command}\` failed in a copy of examples/third-party-backend`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
