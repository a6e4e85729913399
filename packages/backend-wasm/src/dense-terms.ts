/** The terms of a β-divergence step for dense V: WH in blocks that fit the cache, never whole. */
import type { DivergenceOperands, Factor, MatrixInfo } from "@nonneg/core";
import { isWide, produce, type Handle, type Scratch } from "./handle.js";
import { threadScratch } from "./kernels.js";

type Operands = DivergenceOperands<Handle>;

/** The terms of a step with dense V (m×n), W (m×k), H (k×n) and weights, by their addresses; 0: none. */
export interface DenseTerms {
  readonly wide: boolean;
  readonly beta: number;
  readonly factor: Factor;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly v: number;
  readonly weights: number;
  readonly w: number;
  readonly h: number;
  readonly numerator: number;
  readonly denominator: number;
}

export interface TermsOut {
  readonly numerator: MatrixInfo;
  readonly denominator: MatrixInfo;
}
export interface Terms {
  readonly numerator: Handle;
  readonly denominator: Handle;
}

/** β = 1 without weights: the numerator alone. */
export function denseNumerator(
  scratch: Scratch,
  out: MatrixInfo,
  operands: Operands,
  factor: Factor,
): Handle {
  const { v, w, h } = operands;
  const wide = isWide(out, [v, w, h]);
  return produce(scratch, out, wide, (address) =>
    fillDense(scratch, wide, operands, factor, address, 0),
  );
}

/** Both terms, for any β, with or without weights. */
export function denseTerms(
  scratch: Scratch,
  out: TermsOut,
  operands: Operands,
  factor: Factor,
): Terms {
  const { v, w, h, weights } = operands;
  const read = weights === undefined ? [v, w, h] : [v, w, h, weights];
  const wide = isWide(out.numerator, read);
  let denominator: Handle | undefined;
  const numerator = produce(scratch, out.numerator, wide, (first) => {
    denominator = produce(scratch, out.denominator, wide, (second) =>
      fillDense(scratch, wide, operands, factor, first, second),
    );
  });
  return { numerator, denominator: denominator! };
}

/** Rows of WH that a chunk forms at once: ROWS of assembly/dense-terms.ts. */
const blockRows = 128;
const widestBlock = 256;
/** Chunks of a step on H, so that threads that run unevenly end together. */
const wantedChunks = 32;

/** Columns of a block such that H's panels, W's rows turned and both ratios fit a thread's scratch; 0: none. */
function blockColumns(k: number, size: number): number {
  const left = threadScratch / size - blockRows * k;
  return Math.min(widestBlock, Math.floor(left / (k + 2 * blockRows) / 16) * 16);
}

/** Both terms (denominator 0: the numerator alone) in blocks of WH that fit the cache. */
function fillDense(
  scratch: Scratch,
  wide: boolean,
  operands: Operands,
  factor: Factor,
  numerator: number,
  denominator: number,
): void {
  const { beta, v, w, h, weights } = operands;
  const { runtime } = scratch;
  const size = wide ? 8 : 4;
  const [m, n, k] = [v.rows, v.cols, w.cols];
  const columns = blockColumns(k, size);
  const at = {
    v: scratch.read(v, wide),
    weights: weights === undefined ? 0 : scratch.read(weights, wide),
    w: scratch.read(w, wide),
    h: scratch.read(h, wide),
  };
  if (runtime.extension?.denseTerms !== undefined) {
    const terms = { wide, beta, factor, m, n, k, ...at, numerator, denominator };
    runtime.extension.denseTerms(scratch, terms);
    return;
  }
  if (runtime.extension !== undefined || columns <= 0) {
    inProducts(scratch, wide, operands, factor, numerator, denominator, at);
    return;
  }
  const work = (m * n * k * (denominator === 0 ? 2 : 3)) / (wide ? 5 : 10);
  if (factor === "W") {
    const hPanels = packB(scratch, wide, at.h, n * size, false, k, n);
    const htPanels = packB(scratch, wide, at.h, n * size, true, n, k);
    runtime.run(
      "denseTermsW",
      [
        Number(wide),
        numerator,
        denominator,
        beta,
        at.v,
        at.weights,
        at.w,
        hPanels,
        htPanels,
        m,
        n,
        k,
        columns,
      ],
      Math.ceil(m / blockRows),
      1,
      work,
    );
    return;
  }
  // Few blocks of columns: cut the rows as well, and add the parts in their order.
  const blocks = Math.ceil(n / columns);
  const slabs = Math.max(1, Math.min(Math.ceil(wantedChunks / blocks), Math.floor(m / 512)));
  const slabRows = Math.ceil(m / slabs / blockRows) * blockRows;
  const filled = Math.ceil(m / slabRows);
  const targets = [numerator, denominator].map((address) =>
    address === 0 || filled === 1 ? address : scratch.take(filled * k * n * size),
  );
  runtime.run(
    "denseTermsH",
    [Number(wide), ...targets, beta, at.v, at.weights, at.w, at.h, m, n, k, columns, slabRows],
    blocks * filled,
    1,
    work,
  );
  if (filled === 1) return;
  for (const [i, address] of [numerator, denominator].entries()) {
    if (address === 0) continue;
    const args = [Number(wide), address, targets[i]!, filled, k * n];
    runtime.run("addSlabs", args, k * n, 4096, filled * k * n);
  }
}

/** B (depth × cols, or stored as its transpose) packed for the tiles, in scratch memory. */
export function packB(
  scratch: Scratch,
  wide: boolean,
  address: number,
  step: number,
  transposed: boolean,
  depth: number,
  cols: number,
): number {
  const width = wide ? 4 : 8;
  const panels = Math.ceil(cols / width);
  const to = scratch.take(panels * width * depth * (wide ? 8 : 4));
  const args = [Number(wide), to, address, step, Number(transposed), depth, cols];
  scratch.runtime.run("packB", args, panels, 16, depth * cols);
  return to;
}

/** Entries of WH formed at once where products are computed by an extension, or k is past the tiles' scratch. */
const productEntries = 2 ** 18;

/** The same with WH and the projections as products of their own, some rows of WH at a time. */
function inProducts(
  scratch: Scratch,
  wide: boolean,
  { beta, v, w }: Operands,
  factor: Factor,
  numerator: number,
  denominator: number,
  at: Pick<DenseTerms, "v" | "weights" | "w" | "h">,
): void {
  const { runtime } = scratch;
  const size = wide ? 8 : 4;
  const [m, n, k] = [v.rows, v.cols, w.cols];
  const height = Math.min(m, Math.max(8, Math.floor(productEntries / n / 8) * 8));
  const x = scratch.take(height * n * size);
  const second = denominator === 0 ? 0 : scratch.take(height * n * size);
  const secondOrSame = second === 0 ? x : second;
  const plain = { wide, transA: false, transB: false, accumulate: false };
  for (let i = 0; i < m; i += height) {
    const rows = Math.min(height, m - i);
    const wBlock = at.w + i * k * size;
    const offset = i * n * size;
    runtime.product(scratch, { ...plain, m: rows, n, k, a: wBlock, b: at.h, c: x });
    const args = [x, secondOrSame, at.v + offset, at.weights === 0 ? 0 : at.weights + offset];
    runtime.run("ratios", [Number(wide), beta, ...args], rows * n, 8192, rows * n * 2);
    for (const [c, from] of [
      [numerator, x],
      [denominator, second],
    ] as const) {
      if (c === 0) continue;
      runtime.product(
        scratch,
        factor === "H"
          ? { ...plain, m: k, n, k: rows, a: wBlock, b: from, c, transA: true, accumulate: i > 0 }
          : { ...plain, m: rows, n: k, k: n, a: from, b: at.h, c: c + i * k * size, transB: true },
      );
    }
  }
}
