// @ts-check
/** `npm run new-backend NAME`: a package that compiles, is registered, and fails the suite until it is written. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, pnpm, root } from "./workspace.js";

const name = process.argv[2] ?? "";
if (!/^[a-z][a-z0-9-]*$/.test(name)) {
  fail(`the name of a backend is lower-case letters, digits and hyphens, not "${name}"`);
}
const target = join(root, "packages", `backend-${name}`);
if (existsSync(target)) fail(`${target} is there already`);

const className = name.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter) => letter.toUpperCase());
const templates = fileURLToPath(new URL("./new-backend/", import.meta.url));
for (const file of readdirSync(templates)) {
  // "src.index.ts.template" becomes src/index.ts.
  const path = file.replace(/\.template$/, "").replace(/^(src|test)\./, "$1/");
  const text = readFileSync(join(templates, file), "utf8");
  mkdirSync(dirname(join(target, path)), { recursive: true });
  writeFileSync(join(target, path), text.replaceAll("CLASS", className).replaceAll("NAME", name));
}

/**
 * @param {string} file
 * @param {(text: string) => string} change
 */
function edit(file, change) {
  const path = join(root, file);
  const text = readFileSync(path, "utf8");
  const changed = change(text);
  if (changed === text) fail(`${file} has changed its form: add backend-${name} there by hand`);
  writeFileSync(path, changed);
}

const key = name.includes("-") ? `"${name}"` : name;
edit("packages/nonneg/src/providers.ts", (text) =>
  text.replace(/(\n\};\n)/, `\n  ${key}: () => import("@nonneg/backend-${name}"),$1`),
);
edit("packages/nonneg/package.json", (text) => {
  const manifest = JSON.parse(text);
  const all = { ...manifest.dependencies, [`@nonneg/backend-${name}`]: "workspace:*" };
  manifest.dependencies = Object.fromEntries(
    Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return `${JSON.stringify(manifest, null, 2)}\n`;
});
for (const [file, path] of [
  ["packages/nonneg/tsconfig.json", `../backend-${name}`],
  ["tsconfig.json", `packages/backend-${name}`],
]) {
  edit(file ?? "", (text) => text.replace(/("references": \[)/, `$1{ "path": "${path ?? ""}" }, `));
}
pnpm("install");
pnpm(
  "exec prettier --write packages/nonneg/src/providers.ts packages/nonneg/tsconfig.json tsconfig.json",
);
process.stdout.write(
  `packages/backend-${name} is there and registered. Read packages/core/src/backend.ts, fill in\n` +
    `packages/backend-${name}/src/backend.ts from the top, and after each method run\n` +
    `  npx vitest run\n` +
    `in packages/backend-${name}, once \`npm run build\` has built the rest. docs/adding-a-backend.md has the way.\n`,
);
