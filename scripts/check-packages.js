// @ts-check
/**
 * `npm run check:packages`: packs every public package as it would be published, and lets publint
 * and attw ("are the types wrong", ESM only) judge the tarballs.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { build, fail, install, node, pnpm, root } from "./workspace.js";

// Relative to the root, where pnpm runs: no path of the user's goes through the shell.
const packed = "node_modules/.cache/packed";

install();
build();
rmSync(root + packed, { recursive: true, force: true });
mkdirSync(root + packed, { recursive: true });

for (const folder of readdirSync(`${root}packages`)) {
  /** @type {{ private?: boolean }} */
  const manifest = JSON.parse(readFileSync(`${root}packages/${folder}/package.json`, "utf8"));
  if (manifest.private) continue;
  pnpm(`--dir packages/${folder} pack --pack-destination ../../${packed}`, "ignore");
}

const tarballs = readdirSync(root + packed);
if (tarballs.length === 0) fail("no public package was found under packages/");
for (const tarball of tarballs) {
  const path = `${packed}/${tarball}`;
  node(["node_modules/publint/src/cli.js", "run", path, "--strict"]);
  node([
    "node_modules/@arethetypeswrong/cli/dist/index.js",
    path,
    "--profile",
    "esm-only",
    "--no-summary",
  ]);
}
