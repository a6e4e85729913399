// @ts-check
// What the checks of a fit cost: the same fit with its usual checks and with none between start and end,
// in turns; the median share of the time: node bench/checks.js [threads]
import { provider as wasm } from "@nonneg/backend-wasm";
import { factorize, Linalg } from "@nonneg/core";
import { provider as blas } from "../dist/index.js";

const threads = Number(process.argv[2] ?? 2);
const library = process.env["NONNEG_BLAS"];
const rounds = 7;
const cases = [
  { rows: 1797, cols: 64, rank: 16, iterations: 800 },
  { rows: 2000, cols: 1000, rank: 20, iterations: 400 },
  { rows: 10000, cols: 2000, rank: 50, iterations: 80 },
];

for (const provider of [blas, wasm]) {
  const backend = await provider.create({ threads, ...(library ? { library } : {}) });
  console.log(provider.name, `${threads} thread(s)`, backend.description.versions);
  const la = new Linalg(backend);
  for (const { rows, cols, rank, iterations } of cases) {
    const data = Float32Array.from({ length: rows * cols }, () => Math.random());
    for (const loss of /** @type {const} */ (["euclidean", "kullback-leibler"])) {
      const usual = { rank, loss, tol: 0, kktTol: 0, maxIterations: iterations };
      const shares = [];
      let each = 0;
      for (let round = -1; round < rounds; round++) {
        const { seconds: all } = await factorize(la, { rows, cols, data }, usual);
        const without = { ...usual, checkEvery: iterations };
        const { seconds: bare } = await factorize(la, { rows, cols, data }, without);
        // The first round warms up.
        if (round >= 0) shares.push(1 - bare / all);
        each = (1000 * bare) / iterations;
      }
      const share = shares.sort((a, b) => a - b)[rounds >> 1] ?? NaN;
      const name = `${rows}×${cols} k${rank} ${loss}`;
      console.log(`${name}: ${(100 * share).toFixed(1)} %, an iteration ${each.toFixed(2)} ms`);
    }
  }
  await backend[Symbol.asyncDispose]();
}
