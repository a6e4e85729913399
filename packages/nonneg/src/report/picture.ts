/** Vectors as small pictures, and bars for numbers. */
import { interpolateInferno } from "d3-scale-chromatic";
import { encode } from "fast-png";

export interface ImageShape {
  readonly rows: number;
  readonly cols: number;
}

/** 256 perceptually even colours, from 0 (black) to 1 (bright), red, green and blue of each. */
const PALETTE = Uint8Array.from(
  Array.from({ length: 256 }, (_, i) => interpolateInferno(i / 255).match(/[0-9a-f]{2}/gi) ?? [])
    .flat()
    .map((part) => Number.parseInt(part, 16)),
);

/** A vector of rows·cols entries as an <img>, one pixel an entry, `max` the brightest. */
export function picture(
  values: ArrayLike<number>,
  { rows, cols }: ImageShape,
  max: number,
  title: string,
): string {
  const data = new Uint8Array(3 * rows * cols);
  for (let p = 0; p < rows * cols; p++) {
    const share = max > 0 ? (values[p] ?? 0) / max : 0;
    const colour = 3 * Math.round(255 * Math.min(1, Math.max(0, share)));
    data.set(PALETTE.subarray(colour, colour + 3), 3 * p);
  }
  const png = encode({ width: cols, height: rows, data, channels: 3, depth: 8 });
  const url = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return `<img src="${url}" alt="${title}" title="${title}" style="aspect-ratio:${cols}/${rows}">`;
}

/** The picture's shape where a vector of this length is square, such as 64 = 8×8. */
export function squareShape(length: number): ImageShape | undefined {
  const side = Math.round(Math.sqrt(length));
  return side > 1 && side * side === length ? { rows: side, cols: side } : undefined;
}

/** Text with what HTML reads as markup escaped. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
