// @ts-check
// What a check takes of a fit: the median time of iterations that end in one and of those that do not, and the
// share of checks in the time at the default interval: node bench/checks.js [threads [case…]], such as 2 0 1
import { provider as wasm } from "@nonneg/backend-wasm";
import { factorize, Linalg } from "@nonneg/core";
import { provider as blas } from "../dist/index.js";

const [threads = 2, ...only] = process.argv.slice(2).map(Number);
const library = process.env["NONNEG_BLAS"];
const methods = /** @type {const} */ ([
  { loss: "euclidean" },
  { loss: "euclidean", algorithm: "hals" },
  { loss: "kullback-leibler" },
  { loss: "itakura-saito" },
]);
const cases = [
  { rows: 1797, cols: 64, rank: 16, checks: 200 },
  { rows: 2000, cols: 1000, rank: 20, checks: 20 },
  { rows: 10000, cols: 2000, rank: 50, checks: 5 },
].filter((_, c) => only.length === 0 || only.includes(c));

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;

for (const provider of [blas, wasm]) {
  const backend = await provider.create({ threads, ...(library ? { library } : {}) });
  console.log(provider.name, `${threads} thread(s)`, backend.description.versions);
  const la = new Linalg(backend);
  for (const { rows, cols, rank, checks } of cases) {
    const data = Float32Array.from({ length: rows * cols }, () => 0.05 + Math.random());
    for (const method of methods) {
      const options = { rank, ...method, tol: 0, kktTol: 0, maxIterations: 100 };
      const { history } = await factorize(la, { rows, cols, data }, options);
      const interval = history[1]?.iteration ?? NaN;
      const plain = /** @type {number[]} */ ([]);
      const checked = /** @type {number[]} */ ([]);
      let before = NaN;
      await factorize(
        la,
        { rows, cols, data },
        {
          ...options,
          maxIterations: checks * interval,
          onIteration({ iteration }) {
            const now = performance.now();
            if (iteration > 0) (iteration % interval === 0 ? checked : plain).push(now - before);
            before = now;
          },
        },
      );
      const iteration = median(plain);
      const check = median(checked) - iteration;
      const share = check / (check + interval * iteration);
      console.log(
        `${rows}×${cols} k${rank} ${Object.values(method).join(" ")}: ${(100 * share).toFixed(1)} % of the time;`,
        `a check ${check.toFixed(2)} ms, an iteration ${iteration.toFixed(3)} ms, ${interval} to a check`,
      );
    }
  }
  await backend[Symbol.asyncDispose]();
}
