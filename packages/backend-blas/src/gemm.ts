import type { Gemm } from "@nonneg/backend-wasm/memory";
import type { HostArray } from "@nonneg/core";
import type { Library } from "./library.js";

/** Products of backend-wasm's memory by a BLAS: it gets views of the memory, so nothing is copied. */
export function gemmBy({ cblas, threads }: Library, count: number): Gemm {
  return ({ runtime }, { wide, m, n, k, a, b, c, transA, transB, accumulate }) => {
    const { buffer } = runtime.memory;
    const array = wide ? Float64Array : Float32Array;
    const out: HostArray = new array(buffer, c, m * n);
    const left = new array(buffer, a, m * k);
    threads.use(count);
    // A matrix times its own transpose: half of it, and exactly symmetric.
    if (a === b && transA !== transB && !accumulate) {
      cblas.syrk(transA ? "AtA" : "AAt", n, k, left, out);
      mirror(out, n);
    } else {
      const right = new array(buffer, b, k * n);
      cblas.gemm({ m, n, k, transA, transB, accumulate }, left, right, out);
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
