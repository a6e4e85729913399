// @ts-check
/** The figures and tables of docs/examples, from the code that the pages show. */
import { readFileSync } from "node:fs";
import { encode } from "fast-png";
import { compare as deconvolve, SIDE } from "../examples/deconvolution.js";
import { compare as recommend } from "../examples/recommender.js";
import { COLOURS, render } from "./render.js";

const folder = new URL("../examples/", import.meta.url);

/** @returns {Promise<Record<string, string | Uint8Array>>} the files, by name */
export async function draw() {
  const ratings = await recommend();
  const pictures = await deconvolve();
  return {
    "recommender.svg": await bars(ratings.rows),
    "recommender.md": page("recommender.md", [
      `${ratings.known} ratings known, ${ratings.heldOut} held out`,
      ...ratings.rows.map(({ name, rmse }) => `${name.padEnd(30)} ${rmse.toFixed(3)}`),
    ]),
    "deconvolution.png": strip([pictures, ...pictures.rows].map(({ picture }) => picture)),
    "deconvolution.md": page(
      "deconvolution.md",
      pictures.rows.map(({ name, error }) => `${name.padEnd(15)} ${error.toFixed(3)}`),
    ),
  };
}

/**
 * The page with its block of text replaced by what ran.
 * @param {string} name
 * @param {readonly string[]} lines
 */
function page(name, lines) {
  const markdown = readFileSync(new URL(name, folder), "utf8");
  return markdown.replace(/```text\n[^`]*```/, `\`\`\`text\n${lines.join("\n")}\n\`\`\``);
}

/** @param {readonly { name: string, rmse: number }[]} rows */
function bars(rows) {
  return render("Held-out error of each way to predict: rank 4 is best, below both means.", {
    width: 420,
    data: { values: rows.filter(({ rmse }) => rmse < 2) },
    mark: { type: "bar", color: COLOURS[0] },
    encoding: {
      y: { field: "name", type: "nominal", sort: null, title: null },
      x: {
        field: "rmse",
        type: "quantitative",
        title: "root mean square error on held-out ratings, stars",
      },
    },
  });
}

/**
 * Pictures side by side, each pixel five wide, all on the scale of the first.
 * @param {readonly ArrayLike<number>[]} pictures
 */
function strip(pictures) {
  const [zoom, gap] = [5, 8];
  const width = pictures.length * (SIDE * zoom + gap) - gap;
  const height = SIDE * zoom;
  const data = new Uint8Array(width * height).fill(255);
  const most = Math.max(...Array.from(pictures[0] ?? []));
  pictures.forEach((picture, n) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < SIDE * zoom; x++) {
        const light = picture[Math.floor(y / zoom) * SIDE + Math.floor(x / zoom)] ?? 0;
        data[y * width + n * (SIDE * zoom + gap) + x] = Math.min(
          255,
          Math.round((255 * light) / most),
        );
      }
  });
  return encode({ width, height, data, channels: 1, depth: 8 });
}
