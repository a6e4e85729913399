// @ts-check
/**
 * `npm run figures [-- --check]`: draws the figures of docs/theory.md from the functions of the
 * packages, and runs the examples into their pages. With --check it writes nothing and fails where
 * a committed file is another.
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as auxiliary from "./theory/auxiliary.js";
import * as descent from "./theory/descent.js";
import * as divergences from "./theory/divergences.js";
import * as examples from "./examples.js";
import * as generalizedKl from "./theory/generalized-kl.js";
import * as planes from "./theory/planes.js";

// The examples say no backend; the same bytes on every machine come from this one.
process.env["NONNEG_BACKEND"] = "js";

/** @type {Record<string, string | Uint8Array>} */
const files = {
  "theory/generalized-kl.svg": await generalizedKl.draw(),
  "theory/divergences.svg": await divergences.draw(),
  "theory/planes-euclidean.svg": await planes.drawEuclidean(),
  "theory/planes-divergence.svg": await planes.drawDivergence(),
  "theory/auxiliary.svg": await auxiliary.draw(),
  "theory/descent.svg": await descent.draw(),
};
for (const [name, content] of Object.entries(await examples.draw())) {
  files[`../examples/${name}`] = content;
}

const check = process.argv.includes("--check");
let different = 0;
for (const [name, content] of Object.entries(files)) {
  const path = new URL(name, import.meta.url);
  if (!check) {
    writeFileSync(path, content);
  } else if (!readFileSync(path).equals(Buffer.from(content))) {
    different++;
    console.error(`${path.pathname} is not what the code gives: \`npm run figures\``);
  }
}
const count = Object.keys(files).length;
console.log(check ? `${count - different} of ${count} files are as drawn` : `${count} files drawn`);
process.exitCode = different > 0 ? 1 : 0;
