import { packPanels, transposeInto } from "./panel";
import { ratioBlock } from "./ratios";
import { VECTOR } from "./simd";
import { tileCols, tiles } from "./tile";

/** Rows of WH that are formed at once. */
// @ts-ignore: decorator
@inline
const ROWS: usize = 128;

function columnBlocks<T>(
  numerator: usize, denominator: usize, beta: f64, v: usize, weights: usize, w: usize, h: usize,
  m: usize, n: usize, k: usize, blockCols: usize, slabRows: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  const size = sizeof<T>();
  const width = tileCols<T>();
  const panel = 2 * VECTOR;
  const blocks = (n + blockCols - 1) / blockCols;
  for (let q = begin; q < end; q++) {
    const slab = q / blocks;
    const j = (q % blocks) * blockCols;
    const cols = min(blockCols, n - j);
    const padded = ((cols + width - 1) / width) * width;
    const hPanels = scratch;
    const turned = hPanels + padded * k * size;
    const x = turned + ROWS * k * size;
    const second: usize = denominator != 0 ? ROWS * padded * size : 0;
    const out = (slab * k * n + j) * size;
    packPanels<T>(k, cols, h + j * size, n * size, false, hPanels);
    const last = min((slab + 1) * slabRows, m);
    for (let i = slab * slabRows; i < last; i += ROWS) {
      const rows = min(ROWS, last - i);
      const wBlock = w + i * k * size;
      // X = WH as panels: what the product with Wᵀ wants to read
      tiles<T>(rows, cols, k, wBlock, k * size, hPanels, k * panel, x, panel, rows * panel, false);
      for (let c: usize = 0; c < cols; c += width) {
        const at = (i * n + j + c) * size;
        ratioBlock<T>(
          beta, rows, min(width, cols - c), x + rows * c * size, panel, second,
          v + at, n * size, weights != 0 ? weights + at : 0,
        );
      }
      transposeInto<T>(rows, k, wBlock, k * size, turned, ROWS * size);
      const more = i > slab * slabRows;
      tiles<T>(k, cols, rows, turned, ROWS * size, x, rows * panel, numerator + out, n * size, panel, more);
      if (second != 0) {
        tiles<T>(k, cols, rows, turned, ROWS * size, x + second, rows * panel, denominator + out, n * size, panel, more);
      }
    }
  }
}

/**
 * Numerator and denominator (k×n; none: 0) of a step on H, blocks of blockCols columns and slabs of
 * slabRows rows (a multiple of 128) begin … end: each slab has its own k×n results, for `addSlabs`.
 */
export function denseTermsH(
  wide: bool, numerator: usize, denominator: usize, beta: f64, v: usize, weights: usize, w: usize, h: usize,
  m: usize, n: usize, k: usize, blockCols: usize, slabRows: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) columnBlocks<f64>(numerator, denominator, beta, v, weights, w, h, m, n, k, blockCols, slabRows, begin, end, scratch);
  else columnBlocks<f32>(numerator, denominator, beta, v, weights, w, h, m, n, k, blockCols, slabRows, begin, end, scratch);
}

function rowBlocks<T>(
  numerator: usize, denominator: usize, beta: f64, v: usize, weights: usize, w: usize,
  hPanels: usize, htPanels: usize, m: usize, n: usize, k: usize, blockCols: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  const size = sizeof<T>();
  const panel = 2 * VECTOR;
  const step = blockCols * size;
  const second: usize = denominator != 0 ? ROWS * step : 0;
  for (let q = begin; q < end; q++) {
    const i = q * ROWS;
    const rows = min(ROWS, m - i);
    const out = i * k * size;
    for (let j: usize = 0; j < n; j += blockCols) {
      const cols = min(blockCols, n - j);
      const at = (i * n + j) * size;
      tiles<T>(rows, cols, k, w + out, k * size, hPanels + j * k * size, k * panel, scratch, step, panel, false);
      ratioBlock<T>(beta, rows, cols, scratch, step, second, v + at, n * size, weights != 0 ? weights + at : 0);
      const b = htPanels + j * panel;
      tiles<T>(rows, k, cols, scratch, step, b, n * panel, numerator + out, k * size, panel, j > 0);
      if (second != 0) {
        tiles<T>(rows, k, cols, scratch + second, step, b, n * panel, denominator + out, k * size, panel, j > 0);
      }
    }
  }
}

/** The same (m×k) of a step on W, blocks begin … end of 128 rows. H and Hᵀ come packed (packB); blockCols is a multiple of 8. */
export function denseTermsW(
  wide: bool, numerator: usize, denominator: usize, beta: f64, v: usize, weights: usize, w: usize,
  hPanels: usize, htPanels: usize, m: usize, n: usize, k: usize, blockCols: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) rowBlocks<f64>(numerator, denominator, beta, v, weights, w, hPanels, htPanels, m, n, k, blockCols, begin, end, scratch);
  else rowBlocks<f32>(numerator, denominator, beta, v, weights, w, hPanels, htPanels, m, n, k, blockCols, begin, end, scratch);
}
