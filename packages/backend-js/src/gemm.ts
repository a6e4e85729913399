import type { HostArray, HostDense } from "@nonneg/core";
import { scratch } from "./allocate.js";

/**
 * The dense product behind every dense kernel of this backend, after Goto and van de Geijn,
 * "Anatomy of high-performance matrix multiplication" (2008): blocks of both operands are packed
 * so that the innermost loop reads two contiguous streams and keeps a 4×4 tile in registers.
 */

/** A dense matrix read through strides: its transpose is the same data with the two swapped. */
export interface View {
  readonly data: HostArray;
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
  readonly rowStride: number;
  readonly colStride: number;
}

export function view({ data, rows, cols }: HostDense): View {
  return { data, offset: 0, rows, cols, rowStride: cols, colStride: 1 };
}

export function transpose({ data, offset, rows, cols, rowStride, colStride }: View): View {
  return { data, offset, rows: cols, cols: rows, rowStride: colStride, colStride: rowStride };
}

/** `count` rows of a view, from row `from` on. */
export function rowsOf(whole: View, from: number, count: number): View {
  return { ...whole, offset: whole.offset + from * whole.rowStride, rows: count };
}

/** Rows (of a) and columns (of b) of the tile that the microkernel holds. */
const TILE = 4;
/** A packed block of either operand has up to SIDE × DEPTH doubles, 256 KiB: both fit the L2 cache. */
const SIDE = 128;
const DEPTH = 256;

/**
 * c += a·b, with c row-major, a.rows × b.cols. Accumulates in float64 whatever the operands are,
 * always in the same order over the inner dimension.
 *
 * `part: "upper"` computes the tiles on and above the diagonal only; below it c is unspecified.
 */
export function addProduct(c: Float64Array, a: View, b: View, part: "all" | "upper" = "all"): void {
  const bT = transpose(b);
  const inner = Math.min(DEPTH, a.cols);
  const packedA = scratch(wholeTiles(Math.min(SIDE, a.rows)), inner);
  const packedB = scratch(wholeTiles(Math.min(SIDE, b.cols)), inner);
  const tile = new Float64Array(TILE * TILE);

  for (let p = 0; p < a.cols; p += DEPTH) {
    const depth = Math.min(DEPTH, a.cols - p);
    for (let i = 0; i < a.rows; i += SIDE) {
      const rows = Math.min(SIDE, a.rows - i);
      pack(packedA, a, i, rows, p, depth);
      for (let j = part === "upper" ? i : 0; j < b.cols; j += SIDE) {
        const cols = Math.min(SIDE, b.cols - j);
        pack(packedB, bT, j, cols, p, depth);
        for (let r = 0; r < rows; r += TILE) {
          for (let s = part === "upper" && i === j ? r : 0; s < cols; s += TILE) {
            multiplyTile(tile, packedA, r * depth, packedB, s * depth, depth);
            const tileRows = Math.min(TILE, rows - r);
            const tileCols = Math.min(TILE, cols - s);
            for (let x = 0; x < tileRows; x++) {
              const start = (i + r + x) * b.cols + j + s;
              for (let y = 0; y < tileCols; y++) c[start + y]! += tile[x * TILE + y]!;
            }
          }
        }
      }
    }
  }
}

function wholeTiles(n: number): number {
  return Math.ceil(n / TILE) * TILE;
}

/** Copies a block in strips of TILE rows, each strip column after column; missing rows are zeros. */
function pack(
  into: Float64Array,
  from: View,
  row: number,
  rows: number,
  col: number,
  cols: number,
): void {
  const { data, rowStride, colStride } = from;
  for (let strip = 0; strip < rows; strip += TILE) {
    for (let x = 0; x < TILE; x++) {
      let to = strip * cols + x;
      if (strip + x < rows) {
        let at = from.offset + (row + strip + x) * rowStride + col * colStride;
        for (let y = 0; y < cols; y++, to += TILE, at += colStride) into[to] = data[at]!;
      } else {
        for (let y = 0; y < cols; y++, to += TILE) into[to] = 0;
      }
    }
  }
}

/** The 4×4 product of a strip of a and a strip of b, its sums in sixteen local variables. */
function multiplyTile(
  tile: Float64Array,
  a: Float64Array,
  atA: number,
  b: Float64Array,
  atB: number,
  depth: number,
): void {
  // prettier-ignore
  let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0,
      c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
  // prettier-ignore
  for (let p = 0; p < depth; p++, atA += TILE, atB += TILE) {
    const b0 = b[atB]!, b1 = b[atB + 1]!, b2 = b[atB + 2]!, b3 = b[atB + 3]!;
    let x = a[atA]!;
    c00 += x * b0; c01 += x * b1; c02 += x * b2; c03 += x * b3;
    x = a[atA + 1]!;
    c10 += x * b0; c11 += x * b1; c12 += x * b2; c13 += x * b3;
    x = a[atA + 2]!;
    c20 += x * b0; c21 += x * b1; c22 += x * b2; c23 += x * b3;
    x = a[atA + 3]!;
    c30 += x * b0; c31 += x * b1; c32 += x * b2; c33 += x * b3;
  }
  // prettier-ignore
  {
    tile[0] = c00; tile[1] = c01; tile[2] = c02; tile[3] = c03;
    tile[4] = c10; tile[5] = c11; tile[6] = c12; tile[7] = c13;
    tile[8] = c20; tile[9] = c21; tile[10] = c22; tile[11] = c23;
    tile[12] = c30; tile[13] = c31; tile[14] = c32; tile[15] = c33;
  }
}
