/** A stretch of rows, or of columns. */
export interface Range {
  readonly start: number;
  readonly length: number;
}

/** A block of a matrix. */
export interface Region {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
}

export const region = (rows: Range, cols: Range): Region => ({
  ...{ row: rows.start, rows: rows.length },
  ...{ col: cols.start, cols: cols.length },
});

export const whole = (length: number): Range => ({ start: 0, length });

export function everything({ rows, cols }: { rows: number; cols: number }): Region {
  return region(whole(rows), whole(cols));
}

/** 0 … total in stretches of `length`, the last of which may be shorter. */
export function ranges(total: number, length: number): readonly Range[] {
  return Array.from({ length: Math.ceil(total / length) }, (_, i) => ({
    start: i * length,
    length: Math.min(length, total - i * length),
  }));
}

/**
 * Lengths of the sides of tiles: as `sides` are, the longer side of the largest tile halved again
 * and again until every tile has at most `entries`, or no side is left to be cut.
 * @param tiles the two sides of each tile, as numbers of `sides`
 * @param cuttable how many of the sides, from the first, may be cut
 */
export function cut<S extends readonly number[]>(
  sides: S,
  tiles: readonly (readonly [number, number])[],
  entries: number,
  cuttable: number = sides.length,
): S {
  const lengths = [...sides];
  for (;;) {
    let [side, most] = [-1, entries];
    for (const [a, b] of tiles) {
      const area = lengths[a]! * lengths[b]!;
      const [longer, shorter] = lengths[a]! >= lengths[b]! ? [a, b] : [b, a];
      const candidate = [longer, shorter].find((x) => x < cuttable && lengths[x]! > 1);
      if (area > most && candidate !== undefined) [side, most] = [candidate, area];
    }
    if (side < 0) return lengths as readonly number[] as S;
    lengths[side] = half(lengths[side]!);
  }
}

/** In whole vectors, four of float32 to a strip, which kernels are fastest with. */
function half(length: number): number {
  return length > 32 ? Math.ceil(length / 32) * 16 : Math.ceil(length / 2);
}
