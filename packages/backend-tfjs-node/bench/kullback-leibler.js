/**
 * The multiplicative rule for KL on dense 10000×2000, k = 50, side by side with the same rule written by hand in
 * eager TensorFlow.js, in one process and in turns: milliseconds per iteration of wall and of processor time (all
 * threads; the one to look at on a busy machine), the least and the median of the rounds.
 *
 *   node bench/kullback-leibler.js [m n k rounds]
 *
 * `hand` is the loop alone; `rule` the same through nonneg's rule; `hand, cost` and `check` are one evaluation of the
 * objective each. `hand, fit` is the loop with its cost at the iterations where a fit looks at it, `fit` the loop of a
 * `factorize`, both from the first of those looks to the last. `whole fit` goes from the uploaded start to the certificate:
 * it has the KKT residual of both ends and the relative error besides, which the loop by hand does not compute.
 */
import process, { argv } from "node:process";
import { factorize, Linalg, selectRule } from "@nonneg/core";
import { provider } from "../dist/index.js";
import { loadTensorFlow } from "../dist/load.js";

const [m = 10000, n = 2000, k = 50, rounds = 9] = argv.slice(2).map(Number);
const ITERATIONS = 10;
const FIT_ITERATIONS = 240;
/** what `factorize` does for this loss */
const CHECK_EVERY = 60;

const la = new Linalg(await provider.create());
const { tf } = loadTensorFlow();
console.log(la.backend.description, `${m}×${n}, k = ${k}`);

/** @param {number} rows @param {number} cols */
const random = (rows, cols) => ({
  rows,
  cols,
  data: Float32Array.from({ length: rows * cols }, () => 0.1 + Math.random()),
});
const host = { V: random(m, n), W: random(m, k), H: random(k, n) };

// Written by hand, as a user of TensorFlow.js would.
const V = tf.tensor2d(host.V.data, [m, n]);
let W = tf.tensor2d(host.W.data, [m, k]);
let H = tf.tensor2d(host.H.data, [k, n]);
function hand() {
  const nextH = tf.tidy(() => {
    const ratio = tf.div(V, tf.matMul(W, H));
    const sums = tf.reshape(tf.sum(W, 0, true), [k, 1]);
    return tf.mul(H, tf.div(tf.matMul(W, ratio, true, false), sums));
  });
  const nextW = tf.tidy(() => {
    const ratio = tf.div(V, tf.matMul(W, nextH));
    const sums = tf.reshape(tf.sum(nextH, 1, true), [1, k]);
    return tf.mul(W, tf.div(tf.matMul(ratio, nextH, false, true), sums));
  });
  for (const before of [W, H]) before.dispose();
  W = nextW;
  H = nextH;
}

async function handCost() {
  const cost = tf.tidy(() => {
    const X = tf.matMul(W, H);
    const entries = tf.add(tf.sub(tf.mul(V, tf.log(tf.div(V, X))), V), X);
    return tf.sum(entries, undefined, true);
  });
  await cost.data();
  cost.dispose();
}

async function handFit() {
  const [beforeW, beforeH] = [W, H];
  [W, H] = [tf.clone(W), tf.clone(H)];
  const looks = [];
  for (let iteration = 0; iteration <= FIT_ITERATIONS; iteration++) {
    if (iteration % CHECK_EVERY === 0) {
      await handCost();
      looks.push(now());
    }
    if (iteration < FIT_ITERATIONS) hand();
  }
  for (const after of [W, H]) after.dispose();
  [W, H] = [beforeW, beforeH];
  return between(looks);
}

const problem = { beta: 1, V: la.upload(host.V) };
const theRule = selectRule("multiplicative", problem);
let at = { W: la.upload(host.W), H: la.upload(host.H) };
async function rule() {
  for (const factor of /** @type {const} */ (["H", "W"])) {
    const step = await theRule.step(la, problem, at, factor);
    at[factor][Symbol.dispose]();
    step.numerator[Symbol.dispose]();
    step.denominator[Symbol.dispose]();
    at = { ...at, [factor]: step.next };
  }
}

async function check() {
  const { sum, infinite } = la.divergence({ ...problem, ...at });
  await la.scalars(sum, infinite);
  sum[Symbol.dispose]();
  infinite[Symbol.dispose]();
}

/** @type {import("@nonneg/core").FactorizeOptions} */
const options = {
  rank: k,
  loss: "kullback-leibler",
  tol: 0,
  kktTol: 0,
  maxIterations: FIT_ITERATIONS,
  checkEvery: CHECK_EVERY,
};
async function fit() {
  const looks = /** @type {{ wall: number, processor: number }[]} */ ([]);
  const { seconds, iterations, history } = await factorize(la, host.V, {
    ...options,
    onIteration: ({ iteration }) => {
      if (iteration % CHECK_EVERY === 0) looks.push(now());
    },
  });
  if (looks.length !== history.length) throw new Error("a look for every check");
  return { loop: between(looks), whole: (seconds * 1000) / iterations };
}

function now() {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), processor: (user + system) / 1000 };
}

/** An iteration from the first look to the last. @param {readonly { wall: number, processor: number }[]} looks */
function between(looks) {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last) throw new Error("looks");
  return {
    wall: (last.wall - first.wall) / FIT_ITERATIONS,
    processor: (last.processor - first.processor) / FIT_ITERATIONS,
  };
}

/** @param {() => unknown} work @param {number} times */
async function milliseconds(work, times) {
  const start = performance.now();
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / times, processor: (user + system) / 1000 / times };
}

/** @type {Record<string, { wall: number, processor: number }[]>} */
const times = { hand: [], rule: [], "hand, cost": [], check: [], "hand, fit": [], fit: [] };
/** @type {number[]} */
const whole = [];
for (let round = -1; round < rounds; round++) {
  // Either fit first, in turns: what runs before leaves its mark on the memory.
  const before = round % 2 === 0 ? await fit() : undefined;
  const byHand = await handFit();
  const fitted = before ?? (await fit());
  const measured = {
    hand: await milliseconds(hand, ITERATIONS),
    rule: await milliseconds(rule, ITERATIONS),
    "hand, cost": await milliseconds(handCost, 2),
    check: await milliseconds(check, 2),
    "hand, fit": byHand,
    fit: fitted.loop,
  };
  // The first round warms up.
  if (round < 0) continue;
  whole.push(fitted.whole);
  for (const [name, time] of Object.entries(measured)) times[name]?.push(time);
}
for (const [name, all] of Object.entries(times)) {
  const line = (/** @type {"wall" | "processor"} */ clock) => {
    const sorted = all.map((one) => one[clock]).sort((a, b) => a - b);
    return `${clock}: least ${sorted[0]?.toFixed(1)} ms, median ${sorted[rounds >> 1]?.toFixed(1)} ms`;
  };
  console.log(`${name.padEnd(10)} ${line("wall")}; ${line("processor")}`);
}
const wholeMedian = whole.sort((a, b) => a - b)[rounds >> 1]?.toFixed(1);
console.log(`whole fit  wall: least ${whole[0]?.toFixed(1)} ms, median ${wholeMedian} ms`);
const [ours] = await la.download(at.W);
const theirs = W.dataSync();
const worst = theirs.reduce(
  (so, value, i) => Math.max(so, Math.abs((ours?.[i] ?? 0) / value - 1)),
  0,
);
console.log(`greatest relative difference of the two W after the same iterations: ${worst}`);
