/** The terms of a β-divergence step for dense V: WH in blocks that fit the cache, never whole. */
import type { Extension, Kernels } from "@nonneg/backend-wasm/memory";
import type { Cblas } from "./cblas.js";
import type { Place } from "./kernels.js";
import { blockOf, type SmallProducts } from "./small-products.js";

/** Rows and columns of WH that are formed at once: with both ratios they fit a thread's scratch, in f64 too. */
const largeBlock = { rows: 128, cols: 512 };
/** Chunks of a step on H: blocks of columns times slabs of rows, each slab with a k×n of its own. */
const wantedChunks = 32;

export function denseTermsBy(
  small: SmallProducts | undefined,
): NonNullable<Extension["denseTerms"]> {
  return (scratch, terms) => {
    const { runtime } = scratch;
    const { wide, beta, factor, m, n, k, v, weights, w, h, numerator, denominator } = terms;
    const size = wide ? 8 : 4;
    const smallBlock = small && blockOf(k);
    const block = smallBlock ?? largeBlock;
    const shared = [Number(wide), beta, v, weights, w, h, m, n, k, block.rows, block.cols];
    const products = denominator === 0 ? 2 : 3;
    const work = m * n * ((products * k) / (wide ? 20 : 40) + 1);
    if (factor === "W") {
      // Small products run their vectors along the rows of Hᵀ.
      const turned = smallBlock ? small(scratch, wide, k, n, h) : 0;
      const chunks = Math.ceil(m / block.rows);
      runtime.run("denseTermsW", [...shared, numerator, denominator, turned], chunks, 1, work);
      return;
    }
    const blocks = Math.ceil(n / block.cols);
    const wanted = Math.max(1, Math.min(Math.ceil(wantedChunks / blocks), Math.floor(m / 256)));
    const slabRows = Math.ceil(m / wanted / block.rows) * block.rows;
    const slabs = Math.ceil(m / slabRows);
    const targets = [numerator, denominator].map((address) =>
      address === 0 || slabs === 1 ? address : scratch.take(slabs * k * n * size),
    );
    runtime.run("denseTermsH", [...shared, ...targets, slabRows], blocks * slabs, 1, work);
    if (slabs === 1) return;
    for (const [i, address] of [numerator, denominator].entries()) {
      if (address === 0) continue;
      const args = [Number(wide), address, targets[i]!, slabs, k * n];
      runtime.run("addSlabs", args, k * n, 4096, slabs * k * n);
    }
  };
}

export function termKernels(
  cblas: Cblas,
  place: Place,
  { ratioRows }: Kernels,
): Pick<Kernels, "denseTermsH" | "denseTermsW"> {
  /**
   * Forms the block of WH at (i, j), turns it into the ratios in `scratch`, and lets `project` take
   * each of them to where it belongs.
   */
  function forBlock(
    args: readonly number[],
    scratch: number,
    i: number,
    j: number,
    rows: number,
    project: (wide: boolean, cols: number, ratios: number, to: number) => void,
  ): void {
    const [wide = 0, beta = 0, v = 0, weights = 0, w = 0, h = 0, , n = 0, k = 0] = args;
    const [blockRows = 0, blockCols = 0, numerator = 0, denominator = 0] = args.slice(9);
    const size = wide === 1 ? 8 : 4;
    const cols = Math.min(blockCols, n - j);
    cblas.gemm({
      wide: wide === 1,
      m: rows,
      n: cols,
      k,
      a: place(w + i * k * size),
      aStep: k,
      transA: false,
      b: place(h + j * size),
      bStep: n,
      transB: false,
      c: place(scratch),
      cStep: blockCols,
      accumulate: false,
    });
    const behind = denominator === 0 ? 0 : blockRows * blockCols * size;
    const from = (i * n + j) * size;
    const step = blockCols * size;
    const weightsFrom = weights === 0 ? 0 : weights + from;
    ratioRows(wide, beta, rows, cols, scratch, step, behind, v + from, n * size, weightsFrom);
    project(wide === 1, cols, scratch, numerator);
    if (denominator !== 0) project(wide === 1, cols, scratch + behind, denominator);
  }

  return {
    /** Blocks of rows begin … end, all columns of each in turn. */
    denseTermsW(...args) {
      const [wide = 0, , , , , h = 0, m = 0, n = 0, k = 0] = args;
      const [blockRows = 0, blockCols = 0] = args.slice(9);
      const [turned = 0, begin = 0, end = 0, scratch = 0] = args.slice(13);
      const size = wide === 1 ? 8 : 4;
      for (let i = begin * blockRows; i < Math.min(m, end * blockRows); i += blockRows) {
        const rows = Math.min(blockRows, m - i);
        for (let j = 0; j < n; j += blockCols) {
          forBlock(args, scratch, i, j, rows, (isWide, cols, ratio, to) =>
            cblas.gemm({
              wide: isWide,
              m: rows,
              n: k,
              k: cols,
              a: place(ratio),
              aStep: blockCols,
              transA: false,
              b: place(turned === 0 ? h + j * size : turned + j * k * size),
              bStep: turned === 0 ? n : k,
              transB: turned === 0,
              c: place(to + i * k * size),
              cStep: k,
              accumulate: j > 0,
            }),
          );
        }
      }
    },

    /** Blocks of columns, slab after slab: all rows of a slab in turn. */
    denseTermsH(...args) {
      const [wide = 0, , , , w = 0, , m = 0, n = 0, k = 0] = args;
      const [blockRows = 0, blockCols = 0] = args.slice(9);
      const [slabRows = 0, begin = 0, end = 0, scratch = 0] = args.slice(13);
      const size = wide === 1 ? 8 : 4;
      const blocks = Math.ceil(n / blockCols);
      for (let chunk = begin; chunk < end; chunk++) {
        const j = (chunk % blocks) * blockCols;
        const slab = Math.floor(chunk / blocks);
        const first = slab * slabRows;
        const last = Math.min(m, first + slabRows);
        for (let i = first; i < last; i += blockRows) {
          const rows = Math.min(blockRows, last - i);
          forBlock(args, scratch, i, j, rows, (isWide, cols, ratio, to) =>
            cblas.gemm({
              wide: isWide,
              m: k,
              n: cols,
              k: rows,
              a: place(w + i * k * size),
              aStep: k,
              transA: true,
              b: place(ratio),
              bStep: blockCols,
              transB: false,
              c: place(to + (slab * k * n + j) * size),
              cStep: n,
              accumulate: i > first,
            }),
          );
        }
      }
    },
  };
}
