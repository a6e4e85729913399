import type { MatmulOptions, MatrixInfo } from "@nonneg/core";
import { isWide, produce, type Handle, type Scratch, type WasmOperand } from "./handle.js";
import { sparseMatmul } from "./sparse-matmul.js";

/** A dense product on addresses: C (m×n) = op(A)·op(B) of depth k, row-major, no rows apart. */
export interface Product {
  readonly wide: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly transA: boolean;
  readonly transB: boolean;
  /** add to C instead of overwriting it */
  readonly accumulate: boolean;
}

/** op(a)·op(b), in f64 where the result or an operand is. */
export function matmul(
  scratch: Scratch,
  out: MatrixInfo,
  a: WasmOperand,
  b: WasmOperand,
  { transA, transB }: MatmulOptions,
): Handle {
  if (a.format === "csr" || b.format === "csr") {
    return sparseMatmul(scratch, out, a, b, { transA, transB });
  }
  const wide = isWide(out, [a, b]);
  return produce(scratch, out, wide, (c) => {
    const left = scratch.read(a, wide);
    scratch.runtime.product(scratch, {
      wide,
      m: out.rows,
      n: out.cols,
      k: transA ? a.rows : a.cols,
      a: left,
      // by its address a BLAS knows a Gram matrix
      b: a.handle === b.handle ? left : scratch.read(b, wide),
      c,
      transA,
      transB,
      accumulate: false,
    });
  });
}

/** Enough blocks for the threads to share, while there is enough in a block to be worth packing. */
const wantedBlocks = 16;
const smallestBlock = 64;
/** With fewer blocks than this, a deep product is cut along its depth as well. */
const wantedChunks = 32;
const smallestSlab = 1024;

/** The product by this backend's own kernel. The cut into blocks and slabs follows from the shape alone. */
export function gemm(scratch: Scratch, product: Product): void {
  const { wide, m, n, k, a, b, c, transA, transB, accumulate } = product;
  const { runtime } = scratch;
  const size = wide ? 8 : 4;
  let blockRows = Math.min(256, m);
  let blockCols = Math.min(256, n);
  const count = () => Math.ceil(m / blockRows) * Math.ceil(n / blockCols);
  while (count() < wantedBlocks && Math.max(blockRows, blockCols) >= 2 * smallestBlock) {
    if (blockRows >= blockCols) blockRows = Math.ceil(blockRows / 8) * 4;
    else blockCols = Math.ceil(blockCols / 16) * 8;
  }
  const blocks = count();
  const slabs = accumulate
    ? 1
    : Math.max(1, Math.min(Math.ceil(wantedChunks / blocks), Math.floor(k / smallestSlab)));
  const slabDepth = Math.ceil(k / slabs);
  const filled = Math.ceil(k / slabDepth);
  const target = filled === 1 ? c : scratch.take(filled * m * n * size);
  const steps = [(transA ? m : k) * size, (transB ? k : n) * size] as const;
  runtime.run(
    "gemm",
    [
      Number(wide),
      target,
      a,
      b,
      m,
      n,
      k,
      ...steps,
      Number(transA),
      Number(transB),
      Number(accumulate),
      blockRows,
      blockCols,
      slabDepth,
    ],
    blocks * filled,
    1,
    (m * n * k) / (wide ? 5 : 10),
  );
  if (filled > 1) {
    runtime.run("addSlabs", [Number(wide), c, target, filled, m * n], m * n, 4096, filled * m * n);
  }
}

/** AᵀA or AAᵀ. Exactly symmetric as it comes: both halves add the same products in the same order. */
export function gram(
  scratch: Scratch,
  out: MatrixInfo,
  a: WasmOperand,
  side: "AtA" | "AAt",
): Handle {
  const options = { transA: side === "AtA", transB: side === "AAt" };
  return matmul(scratch, out, a, a, options);
}
