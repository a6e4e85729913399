/** A Vega-Lite specification as SVG text: no DOM, no font measured, the same bytes everywhere. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Ten that the colour-blind tell apart too (P. Tol, "muted"): a run has as many sides. */
const COLOURS = [
  ...["#332288", "#88ccee", "#44aa99", "#117733", "#999933"],
  ...["#ddcc77", "#cc6677", "#882255", "#aa4499", "#777777"],
];

const STYLE = {
  background: "transparent",
  padding: 4,
  config: {
    font: "system-ui, sans-serif",
    axis: {
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: "normal",
      labelColor: "#55555e",
      titleColor: "#55555e",
      gridColor: "#ebe8e1",
      domainColor: "#c9c5bb",
      tickColor: "#c9c5bb",
      labelLimit: 0,
    },
    legend: {
      labelFontSize: 11,
      titleFontSize: 11,
      labelLimit: 0,
      labelColor: "#33333a",
      symbolStrokeWidth: 2,
    },
    view: { stroke: null },
  },
};

/** A specification as the functions of this folder write it; vega-lite checks it when it compiles. */
export type Chart = Readonly<Record<string, unknown>>;

/** Draws a chart into a file of this name and gives the Markdown that shows it, `words` beside it. */
export type Draw = (name: string, words: string, chart: Chart) => Promise<string>;

/** @param description what the picture shows, for those who cannot see it */
export async function render(description: string, chart: Chart): Promise<string> {
  const { spec } = compile({ ...STYLE, description, ...chart } as unknown as TopLevelSpec);
  const view = new View(parse(spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))))}\n`;
}

/** The colour of each side, the same in every chart of a run. */
export function colourOf(sides: readonly string[]): { domain: readonly string[]; range: string[] } {
  return { domain: sides, range: sides.map((_, i) => COLOURS[i % COLOURS.length]!) };
}
