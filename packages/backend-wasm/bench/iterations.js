// Milliseconds of an iteration (both half-steps) of the multiplicative rules, by calling the kernels
// directly, best of several: node bench/iterations.js [threads …]. CPU time, of all threads
// together, is what to compare on a machine that others use.
import { provider } from "../dist/index.js";

/** @typedef {import("../dist/memory.js").WasmOperand} Operand */
/** @typedef {import("../dist/memory.js").WasmBackend} Backend */

const cases = [
  { m: 2000, n: 1000, k: 20 },
  { m: 10000, n: 2000, k: 50 },
  { m: 20000, n: 10000, k: 20, density: 0.01 },
];
const dtype = /** @type {const} */ ("float32");

/** @param {number} rows @param {number} cols */
const info = (rows, cols) => ({ rows, cols, dtype, format: /** @type {const} */ ("dense") });

/** @param {Backend} backend @param {number} rows @param {number} cols @returns {Operand} */
function random(backend, rows, cols) {
  const data = Float32Array.from({ length: rows * cols }, () => Math.random() + 0.01);
  return { ...info(rows, cols), handle: backend.upload(info(rows, cols), data) };
}

/** @param {Backend} backend @param {number} rows @param {number} cols @param {number} density @returns {Operand} */
function randomSparse(backend, rows, cols, density) {
  const each = Math.round(cols * density);
  const indptr = Int32Array.from({ length: rows + 1 }, (_, i) => i * each);
  const indices = new Int32Array(rows * each);
  for (let i = 0; i < rows; i++) {
    const row = new Set();
    while (row.size < each) row.add(Math.floor(Math.random() * cols));
    indices.set(Int32Array.from(row).sort(), i * each);
  }
  const values = Float32Array.from(indices, () => Math.random() + 0.01);
  const out = /** @type {const} */ ({
    rows,
    cols,
    dtype,
    format: "csr",
    pattern: { nnz: values.length },
  });
  return { ...out, handle: backend.upload(out, { indptr, indices, values }) };
}

/** @param {Backend} b @param {Operand} v @param {Operand} w @param {Operand} h @param {1 | 2} beta */
function iterate(b, v, w, h, beta) {
  const k = w.cols;
  for (const factor of /** @type {const} */ (["H", "W"])) {
    const x = factor === "H" ? h : w;
    const out = info(x.rows, x.cols);
    const den = beta === 2 ? out : factor === "H" ? info(k, 1) : info(1, k);
    const terms = b.divergenceTerms(
      { numerator: out, denominator: den },
      { beta, v, w, h },
      factor,
    );
    const moved = b.scaleByRatio(
      out,
      x,
      { ...out, handle: terms.numerator },
      { ...den, handle: terms.denominator },
      1,
    );
    for (const handle of [terms.numerator, terms.denominator, x.handle]) b.release(handle);
    if (factor === "H") h = { ...h, handle: moved };
    else w = { ...w, handle: moved };
  }
  return { w, h };
}

const counts = process.argv.slice(2).map(Number);
for (const threads of counts.length > 0 ? counts : [1, 2]) {
  const backend = /** @type {Backend} */ (await provider.create({ threads }));
  for (const { m, n, k, density } of cases) {
    const v = density ? randomSparse(backend, m, n, density) : random(backend, m, n);
    for (const beta of /** @type {const} */ ([2, 1])) {
      let w = random(backend, m, k);
      let h = random(backend, k, n);
      let best = Infinity;
      let leastCpu = Infinity;
      const began = performance.now();
      for (let i = 0; i < 400 && (i < 5 || performance.now() - began < 1500); i++) {
        const start = performance.now();
        const cpu = process.cpuUsage();
        ({ w, h } = iterate(backend, v, w, h, beta));
        best = Math.min(best, performance.now() - start);
        const { user, system } = process.cpuUsage(cpu);
        leastCpu = Math.min(leastCpu, (user + system) / 1000);
      }
      const kind = density ? `sparse ${density * 100} %` : "dense";
      console.log(
        `${threads} thread(s) ${kind} ${m}×${n} k${k} ${beta === 2 ? "Euclidean" : "KL"}: ${best.toFixed(2)} ms, CPU ${leastCpu.toFixed(2)} ms`,
      );
      backend.release(w.handle);
      backend.release(h.handle);
    }
    backend.release(v.handle);
  }
  await backend[Symbol.asyncDispose]();
}
