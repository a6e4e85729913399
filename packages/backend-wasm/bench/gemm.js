// GFLOP/s of products that NMF does, best of several: node bench/gemm.js [threads …]
import { provider } from "../dist/index.js";

const shapes = [
  { name: "512³", m: 512, n: 512, k: 512 },
  { name: "1024³", m: 1024, n: 1024, k: 1024 },
  { name: "WᵀV 2000×1000 k20", m: 20, n: 1000, k: 2000, transA: true },
  { name: "VHᵀ 2000×1000 k20", m: 2000, n: 20, k: 1000, transB: true },
  { name: "WᵀV 10000×2000 k50", m: 50, n: 2000, k: 10000, transA: true },
  { name: "VHᵀ 10000×2000 k50", m: 10000, n: 50, k: 2000, transB: true },
];

const counts = process.argv.slice(2).map(Number);
for (const threads of counts.length > 0 ? counts : [1, 2]) {
  const backend = await provider.create({ threads });
  for (const dtype of /** @type {const} */ (["float32", "float64"])) {
    for (const { name, m, n, k, transA = false, transB = false } of shapes) {
      /** @param {number} rows @param {number} cols */
      const matrix = (rows, cols) => {
        const info = /** @type {const} */ ({ rows, cols, dtype, format: "dense" });
        const data = new (dtype === "float32" ? Float32Array : Float64Array)(rows * cols);
        return {
          ...info,
          handle: backend.upload(
            info,
            data.map(() => Math.random()),
          ),
        };
      };
      const a = transA ? matrix(k, m) : matrix(m, k);
      const b = transB ? matrix(n, k) : matrix(k, n);
      const out = /** @type {const} */ ({ rows: m, cols: n, dtype, format: "dense" });
      let best = Infinity;
      const flops = 2 * m * n * k;
      for (let i = 0; i < Math.max(6, Math.min(40, 8e9 / flops)); i++) {
        const start = performance.now();
        backend.release(backend.matmul(out, a, b, { transA, transB }));
        best = Math.min(best, performance.now() - start);
      }
      console.log(
        `${threads} thread(s) ${dtype} ${name}: ${(flops / best / 1e6).toFixed(1)} GFLOP/s, ${best.toFixed(2)} ms`,
      );
      backend.release(a.handle);
      backend.release(b.handle);
    }
  }
  await backend[Symbol.asyncDispose]();
}
