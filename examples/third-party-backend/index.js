// @ts-check
/**
 * A whole backend in one file: row-major arrays, the memory calls and the three verbs. core
 * composes everything else from these. Copy it, and make the verbs fast.
 *
 * @typedef {import("@nonneg/core").HostArray} HostArray
 * @typedef {import("@nonneg/core").MatrixInfo} MatrixInfo
 * @typedef {import("@nonneg/core").Operand<HostArray>} Operand
 * @typedef {import("@nonneg/core").ElementwiseOp} ElementwiseOp
 */
import { NonnegError } from "@nonneg/core";

/** @type {Record<ElementwiseOp, (a: number, b: number, c: number) => number>} */
const OPS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pow: (a, b) => a ** b,
  lessEqual: (a, b) => Number(a <= b),
  equal: (a, b) => Number(a === b),
  sqrt: Math.sqrt,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  select: (a, b, c) => (a !== 0 ? b : c),
};

const CORRECTLY_ROUNDED = { ulps: 1, absolute: 0 };
const LIBRARY = { ulps: 4, absolute: 0 };

const description = { device: "cpu", threads: 1, software: false, versions: {} };

/** @type {import("@nonneg/core").Capabilities} */
const capabilities = {
  dtypes: ["float32", "float64"],
  sparse: false,
  deterministic: true,
  subnormals: true,
  maxElements: 2 ** 30,
  accuracy: {
    div: CORRECTLY_ROUNDED,
    sqrt: CORRECTLY_ROUNDED,
    pow: LIBRARY,
    exp: LIBRARY,
    log: LIBRARY,
    log1p: LIBRARY,
    expm1: LIBRARY,
  },
};

/**
 * @param {MatrixInfo} info
 * @returns {HostArray}
 */
function allocate({ rows, cols, dtype }) {
  try {
    return dtype === "float64" ? new Float64Array(rows * cols) : new Float32Array(rows * cols);
  } catch (cause) {
    const message = `There is no memory for a ${rows}×${cols} ${dtype} matrix.`;
    throw new NonnegError("NONNEG_OUT_OF_MEMORY", message, { cause });
  }
}

/**
 * Pairwise: the error grows with the logarithm of the length.
 * @param {(i: number) => number} term
 * @param {number} from
 * @param {number} to
 * @returns {number}
 */
function sum(term, from, to) {
  if (to - from > 32) {
    const middle = (from + to) >> 1;
    return sum(term, from, middle) + sum(term, middle, to);
  }
  let total = 0;
  for (let i = from; i < to; i++) total += term(i);
  return total;
}

/** @returns {import("@nonneg/core").Backend<HostArray>} */
function createBackend() {
  return {
    apiVersion: 1,
    name: "plain-arrays",
    description,
    capabilities,

    upload: (_out, data) => /** @type {HostArray} */ (data).slice(),
    download: (operands) => Promise.resolve(operands.map(({ handle }) => handle.slice())),
    release: () => {},
    sync: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),

    matmul(out, a, b, { transA, transB }) {
      const result = allocate(out);
      const inner = transA ? a.rows : a.cols;
      const [aRow, aStep] = transA ? [1, a.cols] : [a.cols, 1];
      const [bColumn, bStep] = transB ? [b.cols, 1] : [1, b.cols];
      for (let i = 0; i < out.rows; i++) {
        for (let j = 0; j < out.cols; j++) {
          let total = 0;
          for (let p = 0; p < inner; p++) {
            total +=
              (a.handle[i * aRow + p * aStep] ?? 0) * (b.handle[j * bColumn + p * bStep] ?? 0);
          }
          result[i * out.cols + j] = total;
        }
      }
      return result;
    },

    elementwise(out, op, operands) {
      const result = allocate(out);
      const compute = OPS[op];
      const read = operands.map((operand) => {
        if (typeof operand === "number") return () => operand;
        const { rows, cols, handle } = operand;
        const [row, column] = [rows === 1 ? 0 : cols, cols === 1 ? 0 : 1];
        return (/** @type {number} */ i, /** @type {number} */ j) =>
          handle[i * row + j * column] ?? 0;
      });
      const [a = () => 0, b = () => 0, c = () => 0] = read;
      for (let i = 0; i < out.rows; i++) {
        for (let j = 0; j < out.cols; j++) {
          result[i * out.cols + j] = compute(a(i, j), b(i, j), c(i, j));
        }
      }
      return result;
    },

    reduce(out, op, { rows, cols, handle }, axis) {
      // Entry r of the result runs over `length` entries, `step` apart, the first at r·start.
      const [length, step, start] =
        axis === "all" ? [rows * cols, 1, 0] : axis === "rows" ? [rows, cols, 1] : [cols, 1, cols];
      return allocate(out).map((_zero, r) => {
        const term = (/** @type {number} */ i) => handle[r * start + i * step] ?? 0;
        if (op === "sum") return sum(term, 0, length);
        let best = term(0);
        for (let i = 1; i < length; i++) best = OPS[op](best, term(i), 0);
        return best;
      });
    },
  };
}

/** @type {import("@nonneg/core").BackendProvider} */
export const provider = {
  name: "plain-arrays",
  isAvailable: () =>
    Promise.resolve({ available: true, dtypes: capabilities.dtypes, ...description }),
  create: () => Promise.resolve(createBackend()),
};
