import { lanes, storeFirst, VECTOR } from "./simd";
import { packPanels, transposeInto } from "./panel";
import { tileCols, tiles } from "./tile";

/** Depth of a packed panel: 8 KiB a panel, and 4 rows of A beside it, in the first-level cache. */
// @ts-ignore: decorator
@inline
const DEPTH: usize = 256;

function block<T>(
  rows: usize,
  cols: usize,
  depth: usize,
  a: usize,
  aStep: usize,
  transA: bool,
  b: usize,
  bStep: usize,
  transB: bool,
  c: usize,
  cStep: usize,
  accumulate: bool,
  scratch: usize,
): void {
  const size = sizeof<T>();
  // B's panels first, then A's rows where they have to be turned
  const turned = scratch + (cols + tileCols<T>()) * DEPTH * size;
  for (let p: usize = 0; p < depth; p += DEPTH) {
    const d = min(DEPTH, depth - p);
    packPanels<T>(d, cols, b + (transB ? p * size : p * bStep), bStep, transB, scratch);
    let from = a + p * size;
    let step = aStep;
    if (transA) {
      transposeInto<T>(d, rows, a + p * aStep, aStep, turned, DEPTH * size);
      from = turned;
      step = DEPTH * size;
    }
    tiles<T>(
      rows, cols, d, from, step, scratch, d * 2 * VECTOR, c, cStep, tileCols<T>() * size, accumulate || p > 0,
    );
  }
}

function product<T>(
  c: usize, a: usize, b: usize,
  m: usize, n: usize, depth: usize,
  aStep: usize, bStep: usize, transA: bool, transB: bool, accumulate: bool,
  blockRows: usize, blockCols: usize, slabDepth: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  const size = sizeof<T>();
  const rowBlocks = (m + blockRows - 1) / blockRows;
  const colBlocks = (n + blockCols - 1) / blockCols;
  for (let q = begin; q < end; q++) {
    const slab = q / (rowBlocks * colBlocks);
    const rest = q % (rowBlocks * colBlocks);
    const i = (rest / colBlocks) * blockRows;
    const j = (rest % colBlocks) * blockCols;
    const p = slab * slabDepth;
    const rows = min(blockRows, m - i);
    const cols = min(blockCols, n - j);
    block<T>(
      rows, cols, min(slabDepth, depth - p),
      a + (transA ? p * aStep + i * size : i * aStep + p * size), aStep, transA,
      b + (transB ? j * bStep + p * size : p * bStep + j * size), bStep, transB,
      c + ((slab * m + i) * n + j) * size, n * size, accumulate, scratch,
    );
  }
}

/**
 * C (m×n) = or += op(A)·op(B), in blocks of blockRows × blockCols, one a chunk. With several slabs
 * of the depth, `c` is as many m×n partial products, for `addSlabs`. A Gram
 * matrix comes out exactly symmetric: (i, j) and (j, i) add the same products in the same order.
 */
export function gemm(
  wide: bool,
  c: usize, a: usize, b: usize,
  m: usize, n: usize, depth: usize,
  aStep: usize, bStep: usize, transA: bool, transB: bool, accumulate: bool,
  blockRows: usize, blockCols: usize, slabDepth: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) {
    product<f64>(c, a, b, m, n, depth, aStep, bStep, transA, transB, accumulate, blockRows, blockCols, slabDepth, begin, end, scratch);
  } else {
    product<f32>(c, a, b, m, n, depth, aStep, bStep, transA, transB, accumulate, blockRows, blockCols, slabDepth, begin, end, scratch);
  }
}

function sumSlabs<T>(c: usize, partials: usize, slabs: usize, entries: usize, begin: usize, end: usize): void {
  const size = sizeof<T>();
  const L = lanes<T>();
  for (let i = begin; i < end; i += L) {
    let from = partials + i * size;
    let sum = v128.load(from);
    for (let s: usize = 1; s < slabs; s++) sum = v128.add<T>(sum, v128.load((from += entries * size)));
    storeFirst<T>(c + i * size, sum, min(L, end - i));
  }
}

/** c[begin … end) = the sum of the partial products, in their order. Begin is a multiple of the lanes. */
export function addSlabs(
  wide: bool, c: usize, partials: usize, slabs: usize, entries: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) sumSlabs<f64>(c, partials, slabs, entries, begin, end);
  else sumSlabs<f32>(c, partials, slabs, entries, begin, end);
}
