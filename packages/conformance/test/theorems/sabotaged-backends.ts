/** Backends with one defect each that only a theorem shows, or that a theorem shows too. */
import type { Backend, Operand } from "@nonneg/core";
import { threeVerbs } from "../../src/three-verbs.js";
import {
  STEP,
  RISE,
  EXACT,
  STATIONARY,
  HELD,
  TRANSPOSED,
  GRADIENT,
  COST,
  DRIFT,
  type Sabotage,
} from "./sabotage.js";
import { beta, divergence, euclidean } from "./sabotaged-rules.js";

/** A backend with one member replaced. */
function replaced(intact: Backend, members: Partial<Backend>): Backend {
  return new Proxy(intact, {
    get(target, key): unknown {
      const owner = key in members ? members : target;
      const member: unknown = Reflect.get(owner, key);
      return typeof member === "function" ? member.bind(owner) : member;
    },
  });
}

interface JsHandle {
  readonly matrix: { readonly data: Float32Array | Float64Array };
}

export const sabotagedBackends: readonly Sabotage[] = [
  {
    name: "AᵀB where A is square is AB",
    dtype: "float32",
    rule: euclidean,
    backend: (intact) =>
      replaced(intact, {
        matmul: (out, a, b, { transA, transB }) =>
          intact.matmul(out, a, b, { transA: transA && a.rows !== a.cols, transB }),
      }),
    caughtBy: [STEP, GRADIENT, TRANSPOSED, RISE, EXACT, DRIFT],
  },
  {
    name: "the ratio is written into the factor that it reads",
    dtype: "float32",
    rule: divergence,
    backend: (intact) =>
      replaced(intact, {
        scaleByRatio(out, x, numerator, denominator, exponent) {
          const result = intact.scaleByRatio!(out, x, numerator, denominator, exponent);
          dataOf(x).set((result as JsHandle).matrix.data);
          return result;
        },
      }),
    caughtBy: [HELD],
  },
  {
    name: "the partner of a ratio is changed",
    dtype: "float32",
    rule: beta,
    backend: (intact) =>
      replaced(intact, {
        divergenceTerms(out, operands, factor) {
          const result = intact.divergenceTerms!(out, operands, factor);
          dataOf(factor === "H" ? operands.w : operands.h)[0]! *= 2;
          return result;
        },
      }),
    caughtBy: [HELD],
  },
  {
    name: "float64 is computed in float32",
    dtype: "float64",
    rule: euclidean,
    backend: (intact) =>
      replaced(intact, {
        matmul(out, a, b, options) {
          const result = intact.matmul(out, a, b, options);
          const { data } = (result as JsHandle).matrix;
          data.forEach((x, i) => (data[i] = Math.fround(x)));
          return result;
        },
      }),
    caughtBy: [STEP, GRADIENT, RISE],
  },
  {
    name: "weights are forgotten in the denominator",
    dtype: "float32",
    rule: beta,
    backend: (intact) =>
      replaced(intact, {
        divergenceTerms(out, operands, factor) {
          const result = intact.divergenceTerms!(out, operands, factor);
          if (!operands.weights || operands.beta === 1) return result;
          if (operands.v.format === "csr") return result;
          const { beta, v, w, h } = operands;
          const plain = intact.divergenceTerms!(out, { beta, v, w, h }, factor);
          intact.release(plain.numerator);
          intact.release(result.denominator);
          return { numerator: result.numerator, denominator: plain.denominator };
        },
      }),
    caughtBy: [STEP, GRADIENT, EXACT, STATIONARY],
  },
  {
    name: "the model is sampled one entry off",
    dtype: "float32",
    rule: beta,
    backend: (intact) =>
      replaced(threeVerbs(intact), {
        sampledMatmul(out, w, h, pattern) {
          const result = intact.sampledMatmul!(out, w, h, pattern);
          const { values } = (result as { matrix: { values: Float32Array } }).matrix;
          values.set(values.slice(1));
          return result;
        },
      }),
    caughtBy: [STEP, GRADIENT, RISE],
  },
  {
    name: "the Euclidean cost is not halved",
    dtype: "float32",
    rule: euclidean,
    backend: (intact) =>
      replaced(intact, {
        divergence(out, operands) {
          const result = intact.divergence!(out, operands);
          const { data } = (result.sum as JsHandle).matrix;
          data[0]! *= 2;
          return result;
        },
      }),
    caughtBy: [COST],
  },
  {
    name: "the cost depends on the scale of W",
    dtype: "float64",
    rule: divergence,
    backend: (intact) =>
      replaced(intact, {
        divergence(out, operands) {
          const result = intact.divergence!(out, operands);
          const { data } = (result.sum as JsHandle).matrix;
          data[0]! *= 1 + 1e-15 * dataOf(operands.w)[0]!;
          return result;
        },
      }),
    caughtBy: [COST],
  },
];

/** backend-js keeps a matrix as an array of the host. */
function dataOf({ handle }: Operand<unknown>): Float32Array | Float64Array {
  return (handle as JsHandle).matrix.data;
}
