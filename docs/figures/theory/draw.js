// @ts-check
/**
 * `npm run figures [-- --check]`: draws the figures of docs/theory.md from the functions of the
 * packages. With --check it writes nothing and fails where a committed figure is another.
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as auxiliary from "./auxiliary.js";
import * as descent from "./descent.js";
import * as divergences from "./divergences.js";
import * as generalizedKl from "./generalized-kl.js";
import * as planes from "./planes.js";

/** @type {Readonly<Record<string, () => Promise<string>>>} */
const FIGURES = {
  "generalized-kl": generalizedKl.draw,
  divergences: divergences.draw,
  "planes-euclidean": planes.drawEuclidean,
  "planes-divergence": planes.drawDivergence,
  auxiliary: auxiliary.draw,
  descent: descent.draw,
};

const check = process.argv.includes("--check");
let different = 0;
for (const [name, draw] of Object.entries(FIGURES)) {
  const path = new URL(`${name}.svg`, import.meta.url);
  const svg = await draw();
  if (!check) {
    writeFileSync(path, svg);
  } else if (readFileSync(path, "utf8") !== svg) {
    different++;
    console.error(
      `docs/figures/theory/${name}.svg is not what its functions draw: \`npm run figures\``,
    );
  }
}
console.log(
  check
    ? `${Object.keys(FIGURES).length - different} of ${Object.keys(FIGURES).length} figures are as drawn`
    : `${Object.keys(FIGURES).length} figures drawn`,
);
process.exitCode = different > 0 ? 1 : 0;
