// @ts-check
/** G above F, touching at h^t, and the descent as steps between them, over one coefficient of two. */
import {
  divergenceAuxiliary,
  divergenceCost,
  divergenceMinimiser,
  euclideanAuxiliary,
  euclideanCost,
  euclideanMinimiser,
} from "@nonneg/core/proofs";
import { COLOURS, range, render } from "../render.js";

/** v ≈ Wh with two components; the second coefficient stays, the first moves. */
const COLUMN = {
  v: [10.5, 8.2, 9.9],
  W: { rows: 3, cols: 2, data: Float64Array.of(1, 0.9, 0.7, 0.8, 0.9, 1) },
};
const OTHER = 8;
const START = 5;
const STEPS = 3;

const LOSSES = [
  {
    title: "½ ‖v − Wh‖², (14) and (15)",
    F: euclideanCost,
    G: euclideanAuxiliary,
    minimiser: euclideanMinimiser,
  },
  {
    title: "D(v‖Wh), (26–27) and (28)",
    F: divergenceCost,
    G: divergenceAuxiliary,
    minimiser: divergenceMinimiser,
  },
];

/** @param {typeof LOSSES[number]} loss */
function panel({ title, F, G, minimiser }) {
  const at = (/** @type {number} */ h) => Float64Array.of(h, OTHER);
  const cost = (/** @type {number} */ h) => F(COLUMN, at(h));
  const bound = (/** @type {number} */ h, /** @type {number} */ from) => G(COLUMN, at(h), at(from));
  const path = [START];
  for (let t = 0; t < STEPS; t++) path.push(minimiser(COLUMN, at(path[t] ?? 0))[0] ?? 0);

  const top = 1.25 * cost(START);
  const grid = range(0.9, START * 1.1, 160);
  const curves = [
    ...grid.map((h) => ({ curve: "F(h)", h, value: cost(h) })),
    ...path
      .slice(0, STEPS)
      .flatMap((from, t) =>
        grid.map((h) => ({ curve: `G(h, h${"⁰¹²³"[t] ?? ""})`, h, value: bound(h, from) })),
      ),
  ];
  // Down along G to its minimum, then down to F.
  const steps = path.slice(0, STEPS).flatMap((from, t) => {
    const to = path[t + 1] ?? 0;
    return [
      ...range(from, to, 30).map((h) => ({ h, value: bound(h, from) })),
      { h: to, value: cost(to) },
    ];
  });
  const touching = path.map((h, t) => ({ h, value: cost(h), name: `h${"⁰¹²³"[t] ?? ""}` }));
  const names = ["F(h)", ...path.slice(0, STEPS).map((_, t) => `G(h, h${"⁰¹²³"[t] ?? ""})`)];
  const x = {
    field: "h",
    type: "quantitative",
    title: "h₁",
    scale: { domain: [0.9, START * 1.1], nice: false },
  };
  const y = {
    field: "value",
    type: "quantitative",
    title: "cost",
    scale: { domain: [0, top], nice: false },
  };
  return {
    title,
    width: 320,
    height: 280,
    layer: [
      {
        data: { values: curves.filter(({ value }) => value < 2 * top) },
        mark: { type: "line", clip: true, strokeWidth: 2 },
        encoding: {
          x,
          y,
          color: {
            field: "curve",
            type: "nominal",
            title: null,
            scale: { domain: names, range: ["#222222", COLOURS[0], COLOURS[1], COLOURS[2]] },
            legend: { orient: "bottom" },
          },
        },
      },
      {
        data: { values: steps.map((step, order) => ({ ...step, order })) },
        mark: { type: "line", strokeDash: [2, 4], color: "#111", strokeWidth: 3.5 },
        encoding: { x, y, order: { field: "order" } },
      },
      {
        data: { values: touching },
        mark: { type: "point", filled: true, size: 55, color: "#222" },
        encoding: { x, y },
      },
      {
        data: { values: touching.slice(0, 3) },
        mark: { type: "text", dx: 8, dy: 12, align: "left", fontSize: 12 },
        encoding: { x, y, text: { field: "name" } },
      },
    ],
  };
}

export const draw = () =>
  render(
    "The cost F and auxiliary functions G that lie above it and touch it at h^0, h^1, h^2: each step goes to the minimum of G and so lowers F.",
    { hconcat: LOSSES.map(panel) },
  );
