// @ts-check
/** usage: ours.js FOLDER LOSS BACKEND FEW MANY: times nonneg on a case, prints what scikit_learn.py does. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { factorize } from "@nonneg/core";
import { openBackend } from "nonneg";
import { readMatrix } from "nonneg/io";

const [folder = "", loss = "", backend = "", few = "", many = ""] = process.argv.slice(2);
/** @param {string} name */
const read = async (name) => (await readMatrix(join(folder, name))).matrix;
const V = await read(existsSync(join(folder, "V.npy")) ? "V.npy" : "V.npz");
const W = /** @type {import("@nonneg/core").HostDense} */ (await read("W0.npy"));
const H = /** @type {import("@nonneg/core").HostDense} */ (await read("H0.npy"));

// Plain const: Node 20 cannot parse `using`, and the process ends with the measurement.
const open = await openBackend(backend, { threads: 2 });
/** @param {number} iterations */
const fit = (iterations) =>
  factorize(open.la, V, {
    rank: W.cols,
    loss: loss === "kullback-leibler" ? "kullback-leibler" : "euclidean",
    init: { W, H },
    tol: 0,
    kktTol: 0,
    maxIterations: iterations,
    // As scikit-learn with tol=0: no checks on the way.
    checkEvery: 1e9,
  });
/** @param {{ history: readonly { iteration: number, seconds: number }[] }} result */
const seconds = ({ history }) => (history.at(-1)?.seconds ?? NaN) - (history[0]?.seconds ?? NaN);

// The first fit also pays for compiling, threads and fresh memory.
await fit(Number(few));
const short = await fit(Number(few));
const long = await fit(Number(many));
process.stdout.write(
  JSON.stringify({
    milliseconds: (1000 * (seconds(long) - seconds(short))) / (Number(many) - Number(few)),
    objective: long.cost,
    versions: { node: process.versions.node, ...long.backend.versions },
  }),
);
process.exit(0);
