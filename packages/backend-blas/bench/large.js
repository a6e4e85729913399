// @ts-check
// Fits of a dense float32 V past 4 GiB, which lies in ordinary buffers and is computed tile by tile:
// node bench/large.js [m n k iterations]. 40000×30000 (4.5 GiB) by default; needs some 16 GB of memory.
import { cpus, totalmem } from "node:os";
import { factorize, Linalg } from "@nonneg/core";
import { provider } from "../dist/index.js";

const [m = 40_000, n = 30_000, k = 10, iterations = 5] = process.argv.slice(2).map(Number);
const library = process.env["NONNEG_BLAS"];
const la = new Linalg(await provider.create(library ? { library } : {}));
const gibibytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const { threads, versions } = la.backend.description;
console.log(`${cpus()[0]?.model}, ${gibibytes(totalmem())}, Node ${process.version}`);
console.log(`${threads} threads`, versions, `V ${m}×${n} (${gibibytes(m * n * 4)}), k = ${k}`);

/** V = WH of uniform factors, with mean 1. */
async function product() {
  const random = (/** @type {number} */ rows, /** @type {number} */ cols) =>
    la.upload({
      rows,
      cols,
      data: Float32Array.from({ length: rows * cols }, () => 2 * Math.random()),
    });
  const w = random(m, k);
  const h = random(k, n);
  const scaled = la.mul(w, 1 / k);
  const start = performance.now();
  const v = la.matmul(scaled, h);
  console.log(`WH: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  const [data] = await la.download(v);
  la.releaseAll();
  return { rows: m, cols: n, data: data ?? new Float32Array() };
}

const V = await product();
for (const loss of /** @type {const} */ (["euclidean", "kullback-leibler"])) {
  const start = performance.now();
  const before = process.cpuUsage();
  const { seconds, relativeError } = await factorize(la, V, {
    ...{ rank: k, loss, maxIterations: iterations, checkEvery: iterations, tol: 0, kktTol: 0 },
  });
  const whole = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const { maxRSS } = process.resourceUsage();
  console.log(
    `${loss}: ${iterations} iterations in ${seconds.toFixed(1)} s; with checks of V, upload and result ` +
      `${whole.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU; ` +
      `relative error ${relativeError.toFixed(4)}; peak memory ${gibibytes(maxRSS * 1024)}`,
  );
}
await la[Symbol.asyncDispose]();
