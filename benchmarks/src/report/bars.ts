import { bandwidthAt, type RowSummary, type Summary } from "../summary.js";
import { digits } from "../table.js";
import type { Chart } from "./chart.js";

/** One bar a side: how many times as fast as the baseline, or the figure itself where less of it is better. */
export function bars(
  rows: readonly RowSummary[],
  { header, unit }: Pick<Summary, "header" | "unit">,
): Chart {
  const speeds = !["memory", "start-up"].includes(header.study.measure);
  const shown = rows.filter(({ figure }) => figure);
  const values = shown.map(({ row, figure, ratio, bound }) => {
    const drawn = speeds ? (ratio ?? { value: 1, low: 1, high: 1 }) : figure!;
    return {
      side: row.side,
      ...drawn,
      bound,
      label: speeds
        ? `${digits(drawn.value)}×   ${digits(figure!.value)} ${unit}`
        : `${digits(drawn.value)} ${unit}`,
    };
  });
  const most = Math.max(...values.map(({ high, bound = 0 }) => Math.max(high, bound)));
  const y = {
    field: "side",
    type: "nominal",
    sort: null,
    title: null,
    axis: { domain: false, ticks: false, labelFontSize: 12, labelColor: "#1c1c22", minExtent: 105 },
  };
  const x = (field: string) => ({
    field,
    type: "quantitative",
    // Room for the label beside the longest bar.
    scale: { domain: [0, 1.45 * most], nice: false },
    title: speeds ? "times as fast as the first (longer is faster)" : `${unit} (shorter is better)`,
    axis: { tickCount: 5 },
  });
  return {
    width: 330,
    height: { step: 24 },
    data: { values },
    layer: [
      { mark: { type: "bar", height: 13, color: "#8fb8d3" }, encoding: { y, x: x("value") } },
      {
        mark: { type: "rule", color: "#1c1c22", strokeWidth: 1.5 },
        encoding: { y, x: x("low"), x2: { field: "high" } },
      },
      {
        mark: { type: "text", align: "left", dx: 7, fontSize: 11, color: "#33333a" },
        encoding: { y, x: x("high"), text: { field: "label" } },
      },
      {
        transform: [{ filter: "datum.bound" }],
        mark: { type: "tick", color: "#b3341f", thickness: 2, height: 20 },
        encoding: { y, x: x("bound") },
      },
    ],
  };
}

/** Arithmetic intensity against GFLOP/s under the machine's own roof. */
export function roofline({ rows, roofs }: Summary, colour: object): Chart {
  const roof = roofs.reduce((a, b) => (a.gflops > b.gflops ? a : b));
  const points = rows.flatMap(({ row, gflops, intensity }) =>
    gflops && intensity ? [{ side: row.side, group: row.group, gflops, intensity }] : [],
  );
  const intensities = points.map(({ intensity }) => intensity);
  const [least, most] = [Math.min(...intensities) / 2, Math.max(...intensities) * 2];
  const lines = roof.bandwidth
    .filter(([megabytes]) => megabytes > 1)
    .flatMap(([megabytes]) => {
      const gbs = bandwidthAt(roof, megabytes);
      const corner = roof.gflops / gbs;
      return [least, Math.min(Math.max(corner, least), most), most].map((intensity) => ({
        roof: `over ${megabytes} MB`,
        intensity,
        gflops: Math.min(roof.gflops, gbs * intensity),
      }));
    });
  const x = {
    field: "intensity",
    type: "quantitative",
    scale: { type: "log", domain: [least, most], nice: false },
    title: "flop a byte",
    axis: { tickCount: 6 },
  };
  const y = {
    field: "gflops",
    type: "quantitative",
    scale: { type: "log" },
    title: "GFLOP/s",
    axis: { tickCount: 5, grid: false, format: "~g" },
  };
  return {
    width: 640,
    height: 330,
    layer: [
      {
        data: { values: lines },
        mark: { type: "line", color: "#1c1c22", strokeWidth: 1.5 },
        encoding: {
          x,
          y,
          strokeDash: {
            field: "roof",
            title: "roof, reading",
            legend: { symbolStrokeColor: "#1c1c22" },
          },
        },
      },
      {
        data: { values: points },
        mark: { type: "point", filled: true, size: 55, opacity: 0.85 },
        encoding: { x, y, color: { field: "side", title: null, scale: colour } },
      },
    ],
  };
}
