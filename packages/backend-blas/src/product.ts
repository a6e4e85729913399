import type { Extension, Kernels, Product, Scratch } from "@nonneg/backend-wasm/memory";
import type { HostArray } from "@nonneg/core";
import type { Cblas } from "./cblas.js";
import type { Place } from "./kernels.js";
import { callOf, type Cut, type SmallProducts, thinSide } from "./small-products.js";

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

/**
 * How a product is cut into chunks: the longest side is halved again and again, which repeats the
 * least packing of A and B. It follows from the shape alone, and so do the results.
 * @param deeper how many times the other sides the depth has to be, to be cut
 */
export function cutProduct(m: number, n: number, k: number, deeper = deep): Cut {
  let [rows, cols, depth] = [m, n, k];
  const wanted = Math.min(mostChunks, Math.floor((m * n * k) / worthChunk));
  const half = (side: number) => Math.ceil(side / 32) * 16;
  while (Math.ceil(m / rows) * Math.ceil(n / cols) * Math.ceil(k / depth) < wanted) {
    if (depth >= deeper * Math.max(rows, cols)) depth = half(depth);
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
export function productBy(small: SmallProducts | undefined): Extension["product"] {
  return (scratch, call) => {
    // Half of it is computed and mirrored, so that it is exactly symmetric.
    if (call.a === call.b && call.transA !== call.transB && !call.accumulate) {
      const { wide, m: n, k, c } = call;
      run(scratch, call, { chunk: cutGram(n, k), gram: true });
      mirror(new (wide ? Float64Array : Float32Array)(scratch.runtime.memory.buffer, c, n * n), n);
      return;
    }
    const { wide, m, n, k, b, accumulate } = call;
    const whole = { rows: m, cols: n, depth: k };
    const thin = small && thinSide(call);
    // Of a product with few rows a slab is small, and strips of many columns are read faster than narrow ones.
    const chunk = accumulate ? whole : cutProduct(m, n, k, thin === "rows" ? 1 : deep);
    if (!small || !thin) {
      run(scratch, call, { chunk });
      return;
    }
    const product = call.transB
      ? { ...call, b: small(scratch, wide, n, k, b), transB: false }
      : call;
    run(scratch, product, { chunk, call: callOf(chunk, thin) });
  };
}

/** @param cut into chunks, and a chunk into calls; absent: a chunk is one */
function run(
  scratch: Scratch,
  { wide, m, n, k, a, b, c, transA, transB, accumulate }: Product,
  cut: { readonly chunk: Cut; readonly call?: Cut; readonly gram?: boolean },
): void {
  const { runtime } = scratch;
  const { chunk, call = chunk, gram = false } = cut;
  const slabs = Math.ceil(k / chunk.depth);
  const target = slabs === 1 ? c : scratch.take(slabs * m * n * (wide ? 8 : 4));
  const flags = [transA, transB, accumulate].map(Number);
  const sides = [chunk, call].flatMap(({ rows, cols, depth }) => [rows, cols, depth]);
  runtime.run(
    "gemm",
    [...[wide, gram].map(Number), target, a, b, m, n, k, ...flags, ...sides],
    Math.ceil(m / chunk.rows) * Math.ceil(n / chunk.cols) * slabs,
    1,
    (m * n * k) / (wide ? 20 : 40),
  );
  if (slabs > 1) {
    runtime.run("addSlabs", [Number(wide), c, target, slabs, m * n], m * n, 4096, slabs * m * n);
  }
}

/** Chunks begin … end of a product. Each depth fills an m×n slab of its own; of a Gram matrix, the upper half. */
export function productKernel(cblas: Cblas, place: Place): Kernels["gemm"] {
  return (...args) => {
    const [wide = 0, gram = 0, c = 0, a = 0, b = 0, m = 0, n = 0, k = 0] = args;
    const [transA = 0, transB = 0, accumulate = 0, rows = 0, cols = 0, depth = 0] = args.slice(8);
    const [callRows = 0, callCols = 0, callDepth = 0, begin = 0, end = 0] = args.slice(14);
    const size = wide === 1 ? 8 : 4;
    const [across, down] = [Math.ceil(n / cols), Math.ceil(m / rows)];
    const steps = { a: transA === 1 ? m : k, b: transB === 1 ? k : n };
    const leftAt = (i: number, p: number) =>
      place(a + (transA === 1 ? p * m + i : i * k + p) * size);
    const rightAt = (p: number, j: number) =>
      place(b + (transB === 1 ? j * k + p : p * n + j) * size);
    for (let chunk = begin; chunk < end; chunk++) {
      const top = (Math.floor(chunk / across) % down) * rows;
      const first = (chunk % across) * cols;
      const slab = Math.floor(chunk / (across * down));
      const [bottom, last] = [Math.min(m, top + rows), Math.min(n, first + cols)];
      const [from, to] = [slab * depth, Math.min(k, (slab + 1) * depth)];
      const target = c + slab * m * n * size;
      let left = first;
      if (gram === 1) {
        // the square on the diagonal, and below what is right of it
        cblas.syrk({
          wide: wide === 1,
          n: bottom - top,
          k: to - from,
          a: leftAt(top, from),
          aStep: steps.a,
          transA: transA === 1,
          c: place(target + (top * n + top) * size),
          cStep: n,
          accumulate: false,
        });
        left = bottom;
      }
      for (let i = top; i < bottom; i += callRows) {
        for (let j = left; j < last; j += callCols) {
          for (let p = from; p < to; p += callDepth) {
            cblas.gemm({
              wide: wide === 1,
              m: Math.min(callRows, bottom - i),
              n: Math.min(callCols, last - j),
              k: Math.min(callDepth, to - p),
              a: leftAt(i, p),
              aStep: steps.a,
              transA: transA === 1,
              b: rightAt(p, j),
              bStep: steps.b,
              transB: transB === 1,
              c: place(target + (i * n + j) * size),
              cStep: n,
              accumulate: accumulate === 1 || p > from,
            });
          }
        }
      }
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
