import type { Extension, Kernels } from "@nonneg/backend-wasm/memory";
import type { HostArray } from "@nonneg/core";
import type { Cblas } from "./cblas.js";
import type { Place } from "./kernels.js";

/**
 * Chunks of a product: for as many threads as backend-wasm takes, and each worth a call, with what it packs
 * anew: strips of 64 columns or 128 rows of 2000×1000 by k = 20 cost a fifth more than whole ones.
 */
const mostChunks = 16;
const worthChunk = 2 ** 22;
/** A cut through the depth costs a slab to be written and added: only where the rest is this much smaller. */
const deep = 4;
/** Rows of a strip of a Gram matrix. */
const strip = 256;

interface Cut {
  readonly rows: number;
  readonly cols: number;
  readonly depth: number;
}

/**
 * How a product is cut into chunks: the longest side is halved again and again, which repeats the
 * least packing of A and B. It follows from the shape alone, and so do the results.
 */
export function cutProduct(m: number, n: number, k: number): Cut {
  let [rows, cols, depth] = [m, n, k];
  const wanted = Math.min(mostChunks, Math.floor((m * n * k) / worthChunk));
  const half = (side: number) => Math.ceil(side / 32) * 16;
  while (Math.ceil(m / rows) * Math.ceil(n / cols) * Math.ceil(k / depth) < wanted) {
    if (depth >= deep * Math.max(rows, cols)) depth = half(depth);
    else if (rows >= cols) rows = half(rows);
    else cols = half(cols);
  }
  return { rows, cols, depth };
}

/** A matrix times its own transpose: in strips of the upper half, or in slabs where it is one strip. */
function cutGram(n: number, k: number): Cut {
  const { depth } = cutProduct(Math.min(n, strip), Math.min(n, strip), k);
  return { rows: Math.min(n, strip), cols: n, depth: n <= strip ? depth : k };
}

/** A dense product by `productKernel` on all threads. */
export const product: Extension["product"] = (scratch, call) => {
  const { wide, m, n, k, a, b, c, transA, transB, accumulate } = call;
  const { runtime } = scratch;
  // Half of it is computed and mirrored, so that it is exactly symmetric.
  const gram = a === b && transA !== transB && !accumulate;
  const whole = { rows: m, cols: n, depth: k };
  const { rows, cols, depth } = gram ? cutGram(n, k) : accumulate ? whole : cutProduct(m, n, k);
  const slabs = Math.ceil(k / depth);
  const target = slabs === 1 ? c : scratch.take(slabs * m * n * (wide ? 8 : 4));
  const flags = [transA, transB, accumulate].map(Number);
  runtime.run(
    "gemm",
    [...[wide, gram].map(Number), target, a, b, m, n, k, ...flags, rows, cols, depth],
    Math.ceil(m / rows) * Math.ceil(n / cols) * slabs,
    1,
    (m * n * k) / (wide ? 20 : 40),
  );
  if (slabs > 1) {
    runtime.run("addSlabs", [Number(wide), c, target, slabs, m * n], m * n, 4096, slabs * m * n);
  }
  if (gram) mirror(new (wide ? Float64Array : Float32Array)(runtime.memory.buffer, c, n * n), n);
};

/** Chunks begin … end of a product. Each depth fills an m×n slab of its own; of a Gram matrix, the upper half. */
export function productKernel(cblas: Cblas, place: Place): Kernels["gemm"] {
  return (...args) => {
    const [wide = 0, gram = 0, c = 0, a = 0, b = 0, m = 0, n = 0, k = 0] = args;
    const [transA = 0, transB = 0, accumulate = 0, rows = 0, cols = 0, depth = 0] = args.slice(8);
    const [begin = 0, end = 0] = args.slice(14);
    const size = wide === 1 ? 8 : 4;
    const [across, down] = [Math.ceil(n / cols), Math.ceil(m / rows)];
    const flags = { wide: wide === 1, transA: transA === 1, accumulate: accumulate === 1 };
    for (let chunk = begin; chunk < end; chunk++) {
      const i = (Math.floor(chunk / across) % down) * rows;
      let j = (chunk % across) * cols;
      const slab = Math.floor(chunk / (across * down));
      const p = slab * depth;
      const height = Math.min(rows, m - i);
      const at = c + slab * m * n * size;
      const left = {
        ...flags,
        k: Math.min(depth, k - p),
        a: place(a + (transA === 1 ? p * m + i : i * k + p) * size),
        aStep: transA === 1 ? m : k,
        cStep: n,
      };
      let width = Math.min(cols, n - j);
      if (gram === 1) {
        // the square on the diagonal, then what is right of it
        cblas.syrk({ ...left, n: height, c: place(at + (i * n + i) * size) });
        j = i + height;
        width = n - j;
      }
      if (width === 0) continue;
      cblas.gemm({
        ...left,
        m: height,
        n: width,
        b: place(b + (transB === 1 ? j * k + p : p * n + j) * size),
        bStep: transB === 1 ? k : n,
        transB: transB === 1,
        c: place(at + (i * n + j) * size),
      });
    }
  };
}

/** Copies the upper half to the lower one, in squares that stay in the cache. */
function mirror(c: HostArray, n: number): void {
  const side = 64;
  for (let top = 0; top < n; top += side) {
    for (let left = top; left < n; left += side) {
      for (let i = top; i < Math.min(n, top + side); i++) {
        for (let j = Math.max(left, i + 1); j < Math.min(n, left + side); j++) {
          c[j * n + i] = c[i * n + j]!;
        }
      }
    }
  }
}
