// @ts-check
/**
 * A loss of v = 1 against wh over (w, h), and its cuts by four planes: convex with w fixed, with h
 * fixed, along w + h = 2, and not along w + h = 3.
 */
import { generalizedKullbackLeibler, squaredDistance } from "@nonneg/core/proofs";
import { COLOURS, range, render } from "../render.js";

const V = 1;
const MOST = 3;

/** Where a plane stands in (w, h): a point for each t. */
const PLANES = [
  { name: "a", title: "(a) w = 1 fixed: convex", x: "h", at: (/** @type {number} */ t) => [1, t] },
  { name: "b", title: "(b) h = 1 fixed: convex", x: "w", at: (/** @type {number} */ t) => [t, 1] },
  {
    name: "c",
    title: "(c) along w + h = 2: convex",
    x: "w",
    at: (/** @type {number} */ t) => [t, 2 - t],
  },
  {
    name: "d",
    title: "(d) along w + h = 3: not convex",
    x: "w",
    at: (/** @type {number} */ t) => [t, 3 - t],
  },
];
/** The parts of the planes that are shown. */
const PARTS = { a: [0.05, 2.6], b: [0.05, 2.6], c: [0.12, 1.88], d: [0.22, 2.78] };
const COLOUR = { domain: PLANES.map(({ name }) => name), range: COLOURS.slice(0, 4) };

/** w where w(3 − w) = 1: two minima of cost 0, and between them a point that costs more. */
const W1 = (3 - Math.sqrt(5)) / 2;
const PROOF = [W1, 1.5, 3 - W1];

/** @typedef {(v: number, x: number) => number} Loss */

/** @param {Loss} loss */
function map(loss) {
  // The loss depends on wh alone: its level sets are hyperbolas, drawn as bands between them.
  const edges = [0, ...range(Math.log(0.03), Math.log(MOST * MOST), 48).map(Math.exp)];
  const bands = edges.slice(1).flatMap((top, j) => {
    const bottom = edges[j] ?? 0;
    return range(Math.log(0.008), Math.log(MOST), 50)
      .map(Math.exp)
      .map((w) => ({
        band: j,
        w,
        low: Math.min(MOST, bottom / w),
        high: Math.min(MOST, top / w),
        cost: loss(V, (bottom + top) / 2),
      }));
  });
  const lines = PLANES.flatMap(({ name, at }) => {
    const [from, to] = PARTS[/** @type {keyof typeof PARTS} */ (name)];
    return range(from ?? 0, to ?? 0, 2).map((t) => ({ name, w: at(t)[0], h: at(t)[1] }));
  });
  const valley = range(1 / MOST, MOST, 80).map((w) => ({ w, h: V / w }));
  const w = { field: "w", type: "quantitative", scale: { domain: [0, MOST], nice: false } };
  const h = { field: "h", type: "quantitative", scale: { domain: [0, MOST], nice: false } };
  return {
    title: "the cost over (w, h); white, where wh = v",
    width: 300,
    height: 300,
    layer: [
      {
        data: { values: bands },
        mark: { type: "area", strokeWidth: 0.6, line: false },
        encoding: {
          x: { ...w, title: "w" },
          y: { ...h, field: "low", title: "h" },
          y2: { field: "high" },
          detail: { field: "band" },
          color: {
            field: "cost",
            type: "quantitative",
            title: "cost",
            scale: { scheme: "greys", domain: [0, 4], clamp: true },
            legend: { gradientLength: 120 },
          },
        },
      },
      {
        data: { values: valley },
        mark: { type: "line", color: "white", strokeWidth: 1.5 },
        encoding: { x: w, y: h },
      },
      {
        data: { values: lines },
        mark: { type: "line", strokeWidth: 2.5 },
        encoding: {
          x: w,
          y: h,
          color: { field: "name", type: "nominal", scale: COLOUR, title: "plane" },
        },
      },
      {
        data: { values: PROOF.map((t) => ({ w: t, h: 3 - t })) },
        mark: { type: "point", filled: true, size: 60, color: COLOURS[3], stroke: "white" },
        encoding: { x: w, y: h },
      },
    ],
    resolve: { scale: { color: "independent" } },
  };
}

/**
 * @param {Loss} loss
 * @param {typeof PLANES[number]} plane
 */
function cut(loss, { name, title, x, at }) {
  const [from, to] = PARTS[/** @type {keyof typeof PARTS} */ (name)];
  const cost = (/** @type {number} */ t) => loss(V, (at(t)[0] ?? 0) * (at(t)[1] ?? 0));
  const values = range(from ?? 0, to ?? 0, 120).map((t) => ({ t, cost: cost(t) }));
  const proof = PROOF.map((t) => ({ t, cost: cost(t) }));
  const [left, , right] = proof;
  const encoding = {
    x: { field: "t", type: "quantitative", title: x, scale: { domain: [0, MOST], nice: false } },
    y: {
      field: "cost",
      type: "quantitative",
      title: "cost",
      axis: { format: ".1f", minExtent: 26, tickCount: 4 },
    },
  };
  return {
    title,
    width: 190,
    height: 120,
    layer: [
      {
        data: { values },
        mark: { type: "line", strokeWidth: 2, color: COLOUR.range[COLOUR.domain.indexOf(name)] },
        encoding,
      },
      ...(name === "d"
        ? [
            {
              data: { values: [left, right] },
              mark: { type: "line", strokeDash: [4, 3], color: "#444" },
              encoding,
            },
            {
              data: { values: proof },
              mark: { type: "point", filled: true, size: 60, color: "#222" },
              encoding,
            },
          ]
        : []),
    ],
  };
}

/**
 * @param {string} name
 * @param {Loss} loss
 */
function figure(name, loss) {
  const [a, b, c, d] = PLANES.map((plane) => cut(loss, plane));
  return render(
    `${name} over (w, h) with v = 1, cut by planes: convex with w fixed, with h fixed and along w + h = 2, but not along w + h = 3, where the middle of two minima costs more than either.`,
    {
      hconcat: [map(loss), { concat: [a, b, c, d], columns: 2 }],
    },
  );
}

export const drawEuclidean = () => figure("(v − wh)²", squaredDistance);
export const drawDivergence = () => figure("v log(v/wh) − v + wh", generalizedKullbackLeibler);
