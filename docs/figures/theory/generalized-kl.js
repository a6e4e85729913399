// @ts-check
/** Kullback–Leibler against generalized Kullback–Leibler over one coefficient, large scale and small. */
import { generalizedKullbackLeibler, kullbackLeibler } from "@nonneg/core/proofs";
import { colours, range, render } from "../render.js";

const V = 1;
const W = 0.5;
const DIVERGENCES = [
  { name: "v log(v / wh)", of: kullbackLeibler },
  { name: "v log(v / wh) − v + wh", of: generalizedKullbackLeibler },
];

/**
 * @param {string} title
 * @param {number} low
 * @param {number} high
 */
function panel(title, low, high) {
  const values = DIVERGENCES.flatMap(({ name, of }) =>
    range(low, high, 120).map((h) => ({ name, h, d: of(V, W * h) })),
  );
  const names = DIVERGENCES.map(({ name }) => name);
  const domain = [Math.floor(low * 10) / 10, high];
  const x = { field: "h", type: "quantitative", title: "h", scale: { domain, nice: false } };
  return {
    title,
    width: 290,
    height: 230,
    layer: [
      {
        data: { values: [{}] },
        mark: { type: "rule", color: "#444" },
        encoding: { y: { datum: 0 } },
      },
      {
        data: { values: [{ h: V / W }] },
        mark: { type: "rule", color: "#444", strokeDash: [3, 3] },
        encoding: { x },
      },
      {
        data: { values },
        mark: { type: "line", strokeWidth: 2 },
        encoding: {
          x,
          y: { field: "d", type: "quantitative", title: "divergence" },
          color: {
            field: "name",
            type: "nominal",
            title: null,
            scale: colours(names),
            legend: { orient: "bottom" },
          },
        },
      },
    ],
  };
}

export const draw = () =>
  render(
    `The Kullback–Leibler divergence falls below zero for h above v/w = ${V / W}; the generalized divergence is zero there and positive elsewhere.`,
    { hconcat: [panel("large scale", 0.02, 12), panel("small scale, around h = v/w", 1.4, 2.8)] },
  );
