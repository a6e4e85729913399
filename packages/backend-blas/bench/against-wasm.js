// @ts-check
// backend-blas beside backend-wasm: products in GFLOP/s and iterations (both half-steps) of the
// multiplicative rules in milliseconds, best of several, taken in turns: node bench/against-wasm.js
// [threads]. CPU time, of all threads together, is what to compare on a machine that others use.
import { provider as wasm } from "@nonneg/backend-wasm";
import { provider as blas } from "../dist/index.js";

/** @typedef {import("@nonneg/backend-wasm/memory").WasmBackend} Backend */
/** @typedef {import("@nonneg/backend-wasm/memory").WasmOperand} Operand */

const products = [
  { name: "512³", m: 512, n: 512, k: 512 },
  { name: "2048³", m: 2048, n: 2048, k: 2048 },
  { name: "WᵀV 10000×2000 k50", m: 50, n: 2000, k: 10000, transA: true },
  { name: "VHᵀ 10000×2000 k50", m: 10000, n: 50, k: 2000, transB: true },
  { name: "WᵀW 10000 k50", m: 50, n: 50, k: 10000, gram: true },
];
const factorizations = [
  { m: 2000, n: 1000, k: 20 },
  { m: 10000, n: 2000, k: 50 },
];

const threads = Number(process.argv[2] ?? 2);
const library = process.env["NONNEG_BLAS"];
const options = { threads, ...(library ? { library } : {}) };
const backends = /** @type {Backend[]} */ ([
  await blas.create(options),
  await wasm.create({ threads }),
]);
console.log(`${threads} thread(s)`, ...backends.map(({ description }) => description.versions));

/** @param {number} rows @param {number} cols */
const info = (rows, cols) =>
  /** @type {const} */ ({ rows, cols, dtype: "float32", format: "dense" });

/** @param {Backend} backend @param {number} rows @param {number} cols @returns {Operand} */
function random(backend, rows, cols) {
  const data = Float32Array.from({ length: rows * cols }, () => Math.random() + 0.01);
  return { ...info(rows, cols), handle: backend.upload(info(rows, cols), data) };
}

/** Least wall and CPU time of each of the works, in turns. @param {readonly (() => void)[]} works */
function race(works) {
  const best = works.map(() => ({ wall: Infinity, cpu: Infinity }));
  const began = performance.now();
  for (let i = 0; i < 400 && (i < 6 || performance.now() - began < 5000); i++) {
    for (const [which, work] of works.entries()) {
      const cpu = process.cpuUsage();
      const start = performance.now();
      work();
      const wall = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      const one = best[which];
      if (one === undefined) continue;
      one.wall = Math.min(one.wall, wall);
      one.cpu = Math.min(one.cpu, (user + system) / 1000);
    }
  }
  return best;
}

for (const { name, m, n, k, transA = false, transB = false, gram = false } of products) {
  const works = backends.map((backend) => {
    const a = transA || gram ? random(backend, k, m) : random(backend, m, k);
    const b = transB ? random(backend, n, k) : random(backend, k, n);
    const out = info(m, n);
    return () =>
      backend.release(
        gram ? backend.gram(out, a, "AtA") : backend.matmul(out, a, b, { transA, transB }),
      );
  });
  const figures = race(works).map(
    ({ wall, cpu }, i) =>
      `${backends[i]?.name} ${((2 * m * n * k) / wall / 1e6).toFixed(1)} GFLOP/s (${wall.toFixed(2)} ms, CPU ${cpu.toFixed(2)} ms)`,
  );
  console.log(`${name}: ${figures.join("; ")}`);
}

for (const { m, n, k } of factorizations) {
  for (const beta of [2, 1]) {
    const works = backends.map((backend) => {
      const v = random(backend, m, n);
      let w = random(backend, m, k);
      let h = random(backend, k, n);
      return () => {
        for (const factor of /** @type {const} */ (["H", "W"])) {
          const x = factor === "H" ? h : w;
          const out = info(x.rows, x.cols);
          const den = beta === 2 ? out : factor === "H" ? info(k, 1) : info(1, k);
          const operands = { beta, v, w, h };
          const terms = backend.divergenceTerms(
            { numerator: out, denominator: den },
            operands,
            factor,
          );
          const numerator = { ...out, handle: terms.numerator };
          const denominator = { ...den, handle: terms.denominator };
          const moved = backend.scaleByRatio(out, x, numerator, denominator, 1);
          for (const { handle } of [numerator, denominator, x]) backend.release(handle);
          if (factor === "H") h = { ...h, handle: moved };
          else w = { ...w, handle: moved };
        }
      };
    });
    const figures = race(works).map(
      ({ wall, cpu }, i) => `${backends[i]?.name} ${wall.toFixed(2)} ms (CPU ${cpu.toFixed(2)} ms)`,
    );
    console.log(`${m}×${n} k${k} ${beta === 2 ? "Euclidean" : "KL"}: ${figures.join("; ")}`);
  }
}
for (const backend of backends) await backend[Symbol.asyncDispose]();
