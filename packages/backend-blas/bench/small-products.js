// @ts-check
// Products with a thin factor on one thread, cut into small ones that the library computes unpacked and
// whole: milliseconds, the median of many taken in turns: node bench/small-products.js [m n k]
import { openBackend } from "../dist/provider.js";

/** @typedef {import("@nonneg/backend-wasm/memory").WasmOperand} Operand */

const sizes = process.argv.slice(2).map(Number);
const [m = 2000, n = 1000, k = 20] = sizes;
const library = process.env["NONNEG_BLAS"];
const options = { threads: 1, ...(library ? { library } : {}) };
const ways = {
  small: await openBackend(options),
  whole: await openBackend(options, { small: false }),
};
console.log(`${m}×${n}, k = ${k}`, ways.small.description.versions);

/** @param {number} rows @param {number} cols */
const info = (rows, cols) =>
  /** @type {const} */ ({ rows, cols, dtype: "float32", format: "dense" });

for (const [name, a, b, transA, transB] of /** @type {const} */ ([
  ["WᵀV", info(m, k), info(m, n), true, false],
  ["VHᵀ", info(m, n), info(k, n), false, true],
  ["WH", info(m, k), info(k, n), false, false],
])) {
  const out = info(transA ? a.cols : a.rows, transB ? b.rows : b.cols);
  const works = Object.entries(ways).map(([way, backend]) => {
    const [left, right] = [a, b].map((one) => {
      const data = Float32Array.from({ length: one.rows * one.cols }, () => Math.random());
      return /** @type {Operand} */ ({ ...one, handle: backend.upload(one, data) });
    });
    if (left === undefined || right === undefined) throw new Error("two operands");
    const work = () => backend.release(backend.matmul(out, left, right, { transA, transB }));
    return { way, work, times: /** @type {number[]} */ ([]) };
  });
  const began = performance.now();
  while (performance.now() - began < 3000) {
    for (const { work, times } of works) {
      const start = performance.now();
      work();
      times.push(performance.now() - start);
    }
  }
  const line = works.map(({ way, times }) => {
    const median = times.sort((x, y) => x - y)[times.length >> 1] ?? NaN;
    return `${way} ${median.toFixed(3)} ms, ${((2 * m * n * k) / median / 1e6).toFixed(0)} GFLOP/s`;
  });
  console.log(name.padEnd(4), line.join("; "));
}
for (const backend of Object.values(ways)) await backend[Symbol.asyncDispose]();
