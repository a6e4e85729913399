/** The peer tfjs-backend-wasm (XNNPACK; one thread in Node), as a backend of three verbs, for kernels alone. */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import {
  type Backend,
  type BackendProvider,
  type ElementwiseOp,
  type HostArray,
  type MatrixInfo,
  NonnegError,
  type Operand,
} from "@nonneg/core";
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

type Handle = tf.Tensor2D;

const refuse = (what: string): never => {
  throw new NonnegError(
    "NONNEG_UNSUPPORTED",
    `tfjs-backend-wasm: ${what} is not part of this comparison.`,
  );
};

const binary: Partial<Record<ElementwiseOp, (a: Handle, b: Handle) => tf.Tensor>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  min: tf.minimum,
  max: tf.maximum,
};

async function create(): Promise<Backend<Handle>> {
  const folder = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
  setWasmPaths(folder + sep);
  await tf.setBackend("wasm");
  await tf.ready();
  const made = (out: MatrixInfo, compute: () => tf.Tensor): Handle =>
    tf.tidy(() => tf.reshape(compute(), [out.rows, out.cols]));
  return {
    apiVersion: 1,
    name: "tfjs-wasm",
    description: {
      device: "cpu",
      threads: 1,
      software: false,
      versions: { "tfjs-backend-wasm": tf.version_core },
    },
    capabilities: {
      dtypes: ["float32"],
      sparse: false,
      deterministic: true,
      subnormals: true,
      maxElements: 2 ** 28,
      accuracy: {
        div: ROUNDED,
        sqrt: ROUNDED,
        pow: ROUNDED,
        exp: ROUNDED,
        log: ROUNDED,
        log1p: ROUNDED,
        expm1: ROUNDED,
      },
    },
    upload: (out, data) =>
      "indptr" in data
        ? refuse("sparse data")
        : tf.tensor2d(data as Float32Array, [out.rows, out.cols]),
    download: async (operands) =>
      Promise.all(
        operands.map(async ({ handle }) => Float32Array.from(await handle.data()) as HostArray),
      ),
    release: (handle) => handle.dispose(),
    // Its calls return when they are done.
    sync: () => Promise.resolve(),
    matmul: (out, a, b, { transA, transB }) =>
      made(out, () => tf.matMul(a.handle, b.handle, transA, transB)),
    elementwise(out, op, [a, b]) {
      const call = binary[op];
      if (!call || typeof a !== "object" || typeof b !== "object") return refuse(op);
      return made(out, () => call(a.handle, b.handle));
    },
    reduce(out, op, a: Operand<Handle>, axis) {
      if (op !== "sum") return refuse(op);
      return made(out, () =>
        tf.sum(a.handle, axis === "rows" ? 0 : axis === "cols" ? 1 : undefined),
      );
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const ROUNDED = { ulps: 2, absolute: 0 };

export const provider: BackendProvider = {
  name: "tfjs-wasm",
  isAvailable: () =>
    Promise.resolve({
      available: true,
      dtypes: ["float32"],
      device: "cpu",
      threads: 1,
      software: false,
      versions: {},
    }),
  create,
};
