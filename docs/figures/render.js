// @ts-check
/** A Vega-Lite specification as SVG: no DOM, no font measured, the same bytes everywhere. */
import { parse, View } from "vega";
import { compile } from "vega-lite";

const STYLE = {
  background: "white",
  padding: 8,
  config: {
    font: "sans-serif",
    axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: "normal", gridColor: "#e8e8e8" },
    title: { fontSize: 13, fontWeight: "normal", anchor: "start" },
    legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 0 },
    view: { stroke: "#bbbbbb" },
  },
};

/** Blue, orange, green, purple, grey: told apart by the colour-blind too (Okabe and Ito). */
export const COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#777777",
  "#e69f00",
  "#56b4e9",
];

/**
 * @param {string} description what the picture shows, for those who cannot see it
 * @param {object} spec without its style
 */
export async function render(description, spec) {
  const { spec: vega } = compile(
    /** @type {import("vega-lite").TopLevelSpec} */ ({ ...STYLE, description, ...spec }),
  );
  const view = new View(parse(vega), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  // Two decimals of a pixel are enough, and hide how a machine rounds its logarithms.
  return (
    svg.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))) + "\n"
  );
}

/**
 * `count` numbers from `low` to `high`.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function range(low, high, count) {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/**
 * A colour for each name, in order.
 * @param {readonly string[]} names
 */
export function colours(names) {
  return { domain: names, range: COLOURS.slice(0, names.length) };
}
