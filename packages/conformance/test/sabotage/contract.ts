import type { JsHandle } from "@nonneg/backend-js";
import { type Backend, type HostMatrix, NonnegError } from "@nonneg/core";
import { broken, type Sabotage, tampered, valuesOf } from "./sabotage.js";

/** A handle whose work failed after the call had returned: whoever opens it gets the error. */
class Poisoned implements JsHandle {
  get matrix(): HostMatrix {
    throw new NonnegError("NONNEG_OUT_OF_MEMORY", "The queued product failed.");
  }
}

const releasing = (js: Pick<Backend<JsHandle>, "release">) => (handle: JsHandle) => {
  if (!(handle instanceof Poisoned)) js.release(handle);
};

/** Right numbers, broken promises. */
export const contract: readonly Sabotage[] = [
  {
    defect: "an input is overwritten",
    family: "memory",
    dtype: "float32",
    caughtBy: "inputs are never changed",
    message: /div.*operand 0 after it/,
    create: broken((js) => ({
      elementwise(out, op, operands) {
        const handle = js.elementwise(out, op, operands);
        const [first] = operands;
        if (op === "div" && typeof first === "object")
          valuesOf(first.handle).set(valuesOf(handle).subarray(0, 1));
        return handle;
      },
    })),
  },
  {
    defect: "an output is its input: multiplying by 1 returns the same handle",
    family: "memory",
    dtype: "float64",
    caughtBy: "the handle returned is always new, and each is released once",
    message: /elementwise returned a handle that is in use/,
    create: broken((js) => ({
      elementwise(out, op, operands) {
        const [x, y] = operands;
        return op === "mul" && typeof x === "object" && y === 1
          ? x.handle
          : js.elementwise(out, op, operands);
      },
    })),
  },
  {
    defect: "an output aliases: abs of what is positive is a view of it, and memory is used again",
    family: "memory",
    dtype: "float32",
    caughtBy: "outputs share no memory with inputs: releasing an output leaves them as they were",
    message: /abs.*operand 0 after its output is released/,
    create: broken((js) => ({
      elementwise(out, op, operands) {
        const [x] = operands;
        if (op === "abs" && typeof x === "object") return { matrix: { ...x.handle.matrix! } };
        return js.elementwise(out, op, operands);
      },
      release(handle) {
        valuesOf(handle).fill(12345);
        js.release(handle);
      },
    })),
  },
  {
    defect: "a buffer is used again before the queued work that reads it ran",
    family: "memory",
    dtype: "float64",
    caughtBy:
      "inputs are released right after the call that uses them, and other matrices take their memory",
    message: /matmul.*inputs released/,
    create: broken((js) => ({
      matmul(out, a, b, options) {
        const [left, right] = [a, b].map((one) => ({
          ...one,
          handle: { matrix: one.handle.matrix! },
        }));
        let done: HostMatrix | undefined;
        return {
          get matrix() {
            return (done ??= js.matmul(out, left!, right!, options).matrix!);
          },
          set matrix(_) {
            // Released.
          },
        };
      },
      release(handle) {
        valuesOf(handle).fill(12345);
        js.release(handle);
      },
    })),
  },
  {
    defect: "a handle is leaked: products stay in a list when they are released",
    family: "memory",
    dtype: "float32",
    caughtBy: "1000 iterations give all of their memory back",
    message: /The process grew by/,
    create: broken((js) => {
      const products = new Set<JsHandle>();
      const leaked: HostMatrix[] = [];
      return {
        matmul(...given) {
          const handle = js.matmul(...given);
          products.add(handle);
          return handle;
        },
        release(handle) {
          if (products.delete(handle)) leaked.push(handle.matrix!);
          js.release(handle);
        },
      };
    }),
  },
  {
    defect: "elementwise on CSR writes into the values of its operand",
    family: "memory",
    dtype: "float64",
    caughtBy: "inputs are never changed",
    message: /operand 0 after it/,
    create: broken((js) => ({
      elementwise(out, op, operands) {
        const handle = js.elementwise(out, op, operands);
        const [x] = operands;
        if (out.format === "csr" && typeof x === "object") valuesOf(x.handle).set(valuesOf(handle));
        return handle;
      },
    })),
  },
  {
    defect: "an error of queued work is swallowed, and zeros come down instead",
    family: "errors",
    dtype: "float32",
    caughtBy:
      "a failed allocation surfaces at the call or at download, and poisons what depends on it",
    message: /download resolved/,
    create: broken((js) => ({
      matmul(out, a, b, options) {
        try {
          return js.matmul(out, a, b, options);
        } catch {
          return { matrix: { rows: 1, cols: 1, data: new Float32Array(1) } };
        }
      },
      download: async (operands) => operands.map(({ handle }) => valuesOf(handle).slice()),
    })),
  },
  {
    defect: "an error poisons its matrix but not what depends on it",
    family: "errors",
    dtype: "float64",
    caughtBy:
      "a failed allocation surfaces at the call or at download, and poisons what depends on it",
    message: /poisoned.*download resolved/,
    create: broken((js) => ({
      release: releasing(js),
      matmul(out, a, b, options) {
        try {
          return js.matmul(out, a, b, options);
        } catch {
          return new Poisoned();
        }
      },
      reduce(out, op, a, axis) {
        try {
          return js.reduce(out, op, a, axis);
        } catch {
          return js.upload(out, new Float64Array(out.rows * out.cols));
        }
      },
    })),
  },
  {
    defect: "an error of queued work is a rejection that nobody handles",
    family: "errors",
    dtype: "float32",
    caughtBy:
      "a failed allocation surfaces at the call or at download, and poisons what depends on it",
    message: /A rejection that nobody handles/,
    create: broken((js) => ({
      release: releasing(js),
      matmul(out, a, b, options) {
        try {
          return js.matmul(out, a, b, options);
        } catch (error) {
          const reported = async () => {
            throw error;
          };
          void reported();
          return new Poisoned();
        }
      },
    })),
  },
  {
    defect: "a failed allocation is a bare RangeError",
    family: "errors",
    dtype: "float64",
    caughtBy:
      "a failed allocation surfaces at the call or at download, and poisons what depends on it",
    message: /expected a NonnegError/,
    create: broken((js) => ({
      matmul(out, a, b, options) {
        if (out.rows * out.cols > 2 ** 32) throw new RangeError("Invalid typed array length");
        return js.matmul(out, a, b, options);
      },
    })),
  },
  {
    defect: "a sum that depends on the order in which threads end",
    family: "contract",
    dtype: "float32",
    caughtBy:
      "deterministic: the same calls give the same bits, on other instances, whatever the number of threads",
    message: /reduce sum.*the second time/,
    create: broken((js) => {
      let calls = 0;
      return {
        reduce(out, op, a, axis) {
          calls++;
          return tampered(js.reduce(out, op, a, axis), (x) => x * (1 + (calls % 7) * 2 ** -24));
        },
      };
    }),
  },
  {
    defect: "float64 data passes through float32 on upload",
    family: "contract",
    dtype: "float64",
    caughtBy: "float64 is float64 from upload to download",
    message: /upload of float64/,
    create: broken((js) => ({
      upload: (out, data) =>
        "indptr" in data ? js.upload(out, data) : tampered(js.upload(out, data), Math.fround),
    })),
  },
  {
    defect: "disposing twice throws",
    family: "contract",
    dtype: "float32",
    caughtBy: "another backend beside it, disposed of twice, leaves it alone",
    message: /already closed/,
    create: broken((js) => {
      let closed = false;
      return {
        async [Symbol.asyncDispose]() {
          if (closed) throw new Error("already closed");
          closed = true;
          await js[Symbol.asyncDispose]();
        },
      };
    }),
  },
  {
    defect: "an accuracy is declared that makes every test pass",
    family: "contract",
    dtype: "float64",
    caughtBy: "what it declares makes sense, and its accuracy is under the ceilings",
    message: /ulps.*of log: the ceiling/,
    create: broken(({ capabilities }) => ({
      capabilities: {
        ...capabilities,
        accuracy: { ...capabilities.accuracy, log: { ulps: 1e6, absolute: 1 } },
      },
    })),
  },
];
