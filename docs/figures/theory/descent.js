// @ts-check
/**
 * Lee and Seung's point: gradient descent by constant steps against multiplicative steps against
 * conjugate gradient. Time is counted in multiplications, which are the same on every machine.
 */
import { createJsBackend } from "@nonneg/backend-js";
import { Linalg, selectRule, uniform } from "@nonneg/core";
import { divergenceCost, euclideanCost } from "@nonneg/core/proofs";
import { colours, range, render } from "../render.js";

const [M, N, K] = [60, 40, 5];

/** @typedef {import("@nonneg/core").HostDense} HostDense */

const METHODS = [
  { name: "multiplicative (4), (5)", algorithm: "multiplicative" },
  { name: "constant η", algorithm: "additive", share: 1 },
  { name: "constant η / 8", algorithm: "additive", share: 1 / 8 },
  { name: "constant 2 η", algorithm: "additive", share: 2 },
  { name: "gradient, line search", algorithm: "additive-line-search" },
  { name: "conjugate gradient", algorithm: "conjugate-gradient" },
];

const LOSSES = [
  { title: "½ ‖V − WH‖²", beta: 2, cost: euclideanCost, eta: 0.012 },
  { title: "D(V‖WH)", beta: 1, cost: divergenceCost, eta: 0.012 },
];

/** Most multiplications to spend, in millions. */
const BUDGET = 20;

/**
 * @param {number} rows
 * @param {number} cols
 * @param {number} stream
 * @returns {HostDense}
 */
const random = (rows, cols, stream) => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, (_, p) => uniform(11, stream, p, 0)),
});

/**
 * WH with up to a tenth of noise, so that no factorization is exact.
 * @returns {HostDense}
 */
function data() {
  const [W, H, noise] = [random(M, K, 0), random(K, N, 1), random(M, N, 2)];
  const entries = noise.data.map((x, p) => {
    let sum = 0;
    for (let a = 0; a < K; a++)
      sum += (W.data[Math.floor(p / N) * K + a] ?? 0) * (H.data[a * N + (p % N)] ?? 0);
    return sum * (0.95 + 0.1 * x);
  });
  return { rows: M, cols: N, data: entries };
}

/** The three verbs alone, so that every product passes through one place, which counts. */
function countingBackend() {
  const js = createJsBackend();
  const spent = { multiplications: 0 };
  const product = js.matmul.bind(js);
  /** @type {typeof js.matmul} */
  const matmul = (out, a, b, options) => {
    spent.multiplications += out.rows * out.cols * (options.transA ? a.rows : a.cols);
    return product(out, a, b, options);
  };
  const backend = Object.assign(js, {
    matmul,
    ...Object.fromEntries(
      ["gram", "scaleByRatio", "divergenceTerms", "divergence", "coordinateSweep", "nnls"].map(
        (kernel) => [kernel, undefined],
      ),
    ),
  });
  return { backend, spent };
}

/**
 * The cost against the multiplications, in millions, spent until then.
 * @param {typeof METHODS[number]} method
 * @param {typeof LOSSES[number]} loss
 */
async function run({ name, algorithm, share }, { beta, cost, eta }) {
  const { backend, spent } = countingBackend();
  const la = new Linalg(backend);
  const V = data();
  const v = la.upload(V);
  const rule = selectRule(algorithm, { beta });
  const size = eta * (share ?? 1);
  const problem = { beta, V: v, eta: { W: size, H: size } };
  let W = la.upload(random(M, K, 3));
  let H = la.upload(random(K, N, 4));
  const columns = range(0, N - 1, N).map((j) => V.data.filter((_, p) => p % N === j));
  const points = [];
  for (let t = 0; ; t++) {
    const work = spent.multiplications / 1e6;
    // As many points as a line can show.
    if (t < 30 || t % 8 === 0) {
      const [w, h] = await la.download(W, H);
      if (!w || !h) throw new Error("two matrices were asked for");
      const total = columns.reduce((sum, column, j) => {
        const coefficients = range(0, K - 1, K).map((a) => h[a * N + j] ?? 0);
        return sum + cost({ v: column, W: { rows: M, cols: K, data: w } }, coefficients);
      }, 0);
      points.push({ name, work, cost: Math.min(total, 1e9) });
      if (work > BUDGET || !(total < 1e9)) return points;
    }
    for (const factor of /** @type {const} */ (["H", "W"])) {
      const half = await rule.step(la, problem, { W, H }, factor);
      if (factor === "H") H = half.next;
      else W = half.next;
    }
  }
}

/** @param {typeof LOSSES[number]} loss */
async function panel(loss) {
  const values = [];
  for (const method of METHODS) values.push(...(await run(method, loss)));
  return {
    title: loss.title,
    width: 330,
    height: 280,
    data: { values },
    mark: { type: "line", strokeWidth: 2, clip: true },
    encoding: {
      x: {
        field: "work",
        type: "quantitative",
        title: "millions of multiplications",
        scale: { domain: [0, BUDGET], nice: false },
      },
      y: {
        field: "cost",
        type: "quantitative",
        title: "cost",
        scale: { type: "log", domain: [1, 1000], nice: false },
        axis: { values: [1, 10, 100, 1000] },
      },
      color: {
        field: "name",
        type: "nominal",
        title: null,
        scale: colours(METHODS.map(({ name }) => name)),
        legend: { orient: "bottom", columns: 3 },
      },
    },
  };
}

export async function draw() {
  const panels = [];
  for (const loss of LOSSES) panels.push(await panel(loss));
  return render(
    "Cost against multiplications: a small constant step is slow, a large one does not come down, multiplicative steps need no step size, conjugate gradient comes lowest.",
    { hconcat: panels },
  );
}
