import type { RowSummary } from "../summary.js";
import { powerLaw } from "../statistics.js";
import { digits } from "../table.js";
import { type Chart, colourOf } from "./chart.js";

/** Objective over the target, against time on a logarithmic scale: a colour for each rule, a dash for each library. */
export function descent(rows: readonly RowSummary[], target: number): Chart {
  const values = rows.flatMap(({ row, trace = [] }) =>
    trace
      .filter(([seconds, objective]) => seconds > 0 && objective < HIGHEST * target)
      .map(([seconds, objective]) => ({
        rule: row.rule,
        by: row.peer?.name ?? row.backend,
        seconds,
        ratio: objective / target,
      })),
  );
  const lowest = Math.min(0.99, ...values.map(({ ratio }) => ratio));
  const x = {
    field: "seconds",
    type: "quantitative",
    scale: { type: "log" },
    title: "seconds",
    axis: { grid: false, format: "~g" },
  };
  const y = {
    field: "ratio",
    type: "quantitative",
    scale: { domain: [lowest, HIGHEST], nice: false },
    title: "objective over the target",
  };
  const color = {
    field: "rule",
    title: "rule",
    sort: null,
    scale: colourOf([...new Set(values.map(({ rule }) => rule))]),
  };
  const strokeDash = {
    field: "by",
    title: "on",
    sort: null,
    legend: { symbolStrokeColor: "#33333a" },
  };
  return {
    width: 720,
    height: 340,
    layer: [
      {
        data: { values: [{ ratio: 1 }] },
        mark: { type: "rule", color: "#1c1c22" },
        encoding: { y },
      },
      {
        data: { values },
        mark: { type: "line", strokeWidth: 1.75 },
        encoding: { x, y, color, strokeDash },
      },
    ],
  };
}

/** Above so many times the target, all rules still fall steeply. */
const HIGHEST = 1.5;

/** A series of one side, and the power law through it. */
export interface Growth {
  readonly side: string;
  readonly along: string;
  readonly points: readonly (readonly [at: number, value: number])[];
  readonly exponent: number;
  readonly misfit: number;
}

/** The series of a run by name, each with its sides. */
export function growthOf(rows: readonly RowSummary[]): ReadonlyMap<string, readonly Growth[]> {
  const series = new Map<string, Growth[]>();
  for (const name of new Set(rows.flatMap(({ row }) => row.series?.name ?? []))) {
    const mine = rows.filter(({ row, figure }) => row.series?.name === name && figure);
    const grown = [...new Set(mine.map(({ row }) => row.side))].flatMap((side): Growth[] => {
      const points = mine
        .filter(({ row }) => row.side === side)
        .map(({ row, figure }) => [row.series!.at, figure!.value] as const);
      if (points.length < 2) return [];
      const { exponent, misfit } = powerLaw(points);
      return [{ side, along: mine[0]!.row.series!.along, points, exponent, misfit }];
    });
    if (grown.length > 0) series.set(name, grown);
  }
  return series;
}

/** Times of a series on logarithmic scales, with the fitted exponent beside each side's name. */
export function scaling(series: readonly Growth[], unit: string): Chart {
  const name = ({ side, exponent, along }: Growth) => `${side}: ${along}^${digits(exponent)}`;
  const values = series.flatMap((one) => {
    const { at } = powerLaw(one.points);
    return one.points.map(([x, value]) => ({ side: name(one), x, value, fitted: at(x) }));
  });
  const ticks = [...new Set(values.map((point) => point.x))];
  const x = {
    field: "x",
    type: "quantitative",
    scale: { type: "log", domain: [Math.min(...ticks), Math.max(...ticks)], nice: false },
    title: series[0]?.along,
    axis: { values: ticks, format: "~g" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { type: "log" },
    title: `${unit} an iteration`,
    axis: { tickCount: 4, format: "~g" },
  });
  const color = {
    field: "side",
    title: null,
    sort: null,
    scale: { range: ["#0072b2", "#d55e00", "#009e73", "#cc79a7"] },
    legend: { orient: "top" },
  };
  return {
    width: 300,
    height: 200,
    data: { values },
    layer: [
      { mark: { type: "line", strokeWidth: 1.5 }, encoding: { x, y: y("fitted"), color } },
      { mark: { type: "point", filled: true, size: 50 }, encoding: { x, y: y("value"), color } },
    ],
  };
}
