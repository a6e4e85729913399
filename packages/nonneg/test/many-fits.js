// @ts-check
/**
 * usage: many-fits.js BACKEND FITS: fits a small matrix again and again on one backend, then in turn
 * on backends opened for one fit of a matrix that is worth threads. Prints what is left, as JSON.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { factorize, openBackend } from "nonneg";

const [name = "", fits = ""] = process.argv.slice(2);
const times = Number(fits);
setFlagsFromString("--expose-gc");
const collect = /** @type {() => void} */ (runInNewContext("gc"));

/** @param {number} rows @param {number} cols */
const matrix = (rows, cols) => ({
  rows,
  cols,
  data: Float32Array.from({ length: rows * cols }, (_, i) => 1 + ((i * 31) % 17)),
});

async function heap() {
  for (let i = 0; i < 3; i++) {
    collect();
    // Finalizers run once the collector has returned.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return process.memoryUsage().heapUsed;
}

const small = matrix(6, 5);
const open = await openBackend(name, { threads: 2 });
const backend = /** @type {import("@nonneg/backend-wasm/memory").WasmBackend} */ (open.la.backend);
const fit = async (/** @type {number} */ seed) => {
  const loss = seed % 2 ? "euclidean" : "kullback-leibler";
  await factorize(small, { rank: 2, seed, loss, maxIterations: 20, backend });
};

// The first stretch warms up caches and compilers; a leak shows in each of the others.
const stretches = 4;
const before = { used: 0, memory: 0 };
/** @type {number[]} */
const heaps = [];
for (let seed = 0; seed < times; seed++) {
  await fit(seed);
  if ((seed + 1) % (times / stretches) !== 0) continue;
  if (heaps.length === 0) {
    Object.assign(before, { used: backend.usedBytes, memory: backend.memory.buffer.byteLength });
  }
  heaps.push(await heap());
}
const growths = heaps.slice(1).map((bytes, i) => bytes - (heaps[i] ?? NaN));
const heapPerFit = Math.min(...growths) / (times / stretches);
const kept = {
  used: backend.usedBytes - before.used,
  memory: backend.memory.buffer.byteLength - before.memory,
};
await open.la[Symbol.asyncDispose]();

const large = matrix(700, 500);
for (let seed = 0; seed < times / 500; seed++) {
  await factorize(large, { rank: 4, seed, maxIterations: 3, backend: name, threads: 2 });
}
const left = () => process.getActiveResourcesInfo().filter((resource) => resource !== "PipeWrap");
// Workers are told to end, and take a moment.
for (let i = 0; i < 100 && left().length > 0; i++) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.stdout.write(JSON.stringify({ heapPerFit, ...kept, left: left() }));
