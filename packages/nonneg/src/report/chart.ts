/** Charts as SVG text; colours come from the page's style sheet. */
import { extent, max } from "d3-array";
import { scaleBand, scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { escape } from "./picture.js";

const WIDTH = 640;
const HEIGHT = 260;
const LEFT = 64;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 40;

export interface Curve {
  readonly title: string;
  readonly points: readonly (readonly [number, number])[];
  readonly x: string;
  readonly y: string;
}

/** A curve over a logarithmic axis; points that it cannot show (zero, infinite) are left out. */
export function curve({ title, points, x, y }: Curve): string {
  const shown = points.filter(([, value]) => value > 0 && Number.isFinite(value));
  const [least, most] = extent(shown, ([, value]) => value);
  if (least === undefined) return `<p>No finite positive ${escape(y)} to draw.</p>`;
  const across = scaleLinear([0, max(shown, ([at]) => at) ?? 1], [LEFT, WIDTH - RIGHT]);
  const up = scaleLog(least < most ? [least, most] : [least / 2, 2 * most], [HEIGHT - BOTTOM, TOP]);
  const ticks =
    most / least >= 100 ? powersOfTen(up.domain()) : scaleLinear(up.domain(), []).ticks(4);
  const path = line<readonly [number, number]>(
    ([at]) => across(at),
    ([, value]) => up(value),
  )(shown);
  const horizontal = ticks
    .map(
      (tick) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${up(tick)}" y2="${up(tick)}"/><text x="${LEFT - 8}" y="${up(tick)}" dy="0.32em" text-anchor="end">${label(tick)}</text>`,
    )
    .join("");
  const vertical = across
    .ticks(6)
    .map(
      (tick) =>
        `<text x="${across(tick)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${tick}</text>`,
    )
    .join("");
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">${horizontal}${vertical}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escape(x)}</text>
<path class="curve" d="${path ?? ""}"/></svg>`;
}

function powersOfTen([least = 1, most = 1]: readonly number[]): number[] {
  const first = Math.ceil(Math.log10(least));
  const last = Math.floor(Math.log10(most));
  const step = Math.ceil((last - first + 1) / 6);
  return Array.from(
    { length: Math.floor((last - first) / step) + 1 },
    (_, i) => 10 ** (first + i * step),
  );
}

/** A number as an axis shows it. */
function label(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3
    ? value.toExponential().replace("+", "")
    : String(Number(value.toPrecision(6)));
}

/** Upright bars, one a value, the tallest full height; `titles` are shown on hovering. */
export function bars(
  values: readonly number[],
  titles: readonly string[],
  tallest: number,
): string {
  const width = 160;
  const height = 48;
  const across = scaleBand(
    values.map((_, a) => a),
    [0, width],
  ).paddingInner(0.15);
  const up = scaleLinear([0, tallest > 0 ? tallest : 1], [0, height]);
  const rects = values
    .map(
      (value, a) =>
        `<rect x="${across(a)!.toFixed(2)}" y="${(height - up(value)).toFixed(2)}" width="${across.bandwidth().toFixed(2)}" height="${up(value).toFixed(2)}"><title>${escape(titles[a] ?? "")}</title></rect>`,
    )
    .join("");
  return `<svg class="bars" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">${rects}</svg>`;
}
