import {
  type Axis,
  type Backend,
  type BackendDescription,
  type Capabilities,
  type ElementwiseOp,
  type HostArray,
  type HostCsr,
  type MatmulOptions,
  type MatrixInfo,
  NonnegError,
  type Operand,
  type ReduceOp,
} from "@nonneg/core";
import type { DeviceErrors } from "./device.js";
import type { Value } from "./gpu-js.js";
import { elementwise } from "./kernels/elementwise.js";
import { matmul } from "./kernels/matmul.js";
import type { OperandKind } from "./kernels/operand.js";
import { FAN, reduce } from "./kernels/reduce.js";
import { scaleByRatio } from "./kernels/scale-by-ratio.js";
import type { Runnable } from "./modes.js";
import { Program } from "./program.js";

/** A matrix of this backend: nothing until its turn in the queue, then a value or the error that kept it from one. */
export interface GpujsHandle {
  value?: Value;
  error?: Error;
}

type Given = Operand<GpujsHandle> | number;

/** Threads that are worth having, and terms of a sum that are worth a thread. */
const THREADS = 2 ** 14;
const TERMS = 2 ** 9;

/**
 * A backend on gpu.js. Every call joins a queue that runs in order; `download` and `sync` wait for
 * it. A call whose operand failed fails with the same error, which `download` throws.
 *
 * Calls throw NonnegError NONNEG_UNSUPPORTED for CSR and float64, NONNEG_OUT_OF_MEMORY past
 * `capabilities.maxElements`, and NONNEG_DISPOSED after the backend is closed.
 */
export class GpujsBackend implements Backend<GpujsHandle> {
  readonly apiVersion = 1;
  readonly name = "gpujs";
  readonly description: BackendDescription;
  readonly capabilities: Capabilities;
  readonly #program: Program;
  #errors: DeviceErrors | undefined;
  #tail: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(runnable: Runnable) {
    this.description = runnable.description;
    this.capabilities = runnable.capabilities;
    this.#program = new Program(runnable);
  }

  /**
   * Opens gpu.js in a mode that was found runnable, and has it compute one small product: drivers
   * that compute wrong results exist.
   * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE
   */
  static async open(runnable: Runnable): Promise<GpujsBackend> {
    const backend = new GpujsBackend(runnable);
    const square: MatrixInfo = { rows: 2, cols: 2, dtype: "float32", format: "dense" };
    const a = { ...square, handle: backend.upload(square, Float32Array.of(1, 2, 3, 4)) };
    const transposes = { transA: true, transB: false };
    const product = { ...square, handle: backend.matmul(square, a, a, transposes) };
    const found = await backend.download([product]).then(
      ([entries]) => entries!.join(),
      (error: unknown) => error,
    );
    if (found === "10,14,14,20") {
      backend.#errors = runnable.device?.watch(product.handle.value!);
      backend.release(a.handle);
      backend.release(product.handle);
      return backend;
    }
    await backend[Symbol.asyncDispose]();
    throw new NonnegError(
      "NONNEG_BACKEND_UNAVAILABLE",
      `Backend "gpujs" on ${runnable.description.device} failed at a 2×2 product: ` +
        `${found instanceof Error ? found.message : `10,14,14,20 came out as ${String(found)}`}. ` +
        "Update the driver, or use another mode or backend.",
      { cause: found },
    );
  }

  /** Textures, buffers or arrays that live on the device, by the work done so far. */
  get live(): number {
    return this.#program.live;
  }

  upload(out: MatrixInfo, data: HostArray | HostCsr): GpujsHandle {
    if ("indptr" in data) throw unsupported("a CSR matrix", "Use the backend js, wasm or blas.");
    const copy = Float32Array.from(data);
    return this.#enqueue(out, [], () => this.#program.upload(copy));
  }

  async download(operands: readonly Operand<GpujsHandle>[]): Promise<HostArray[]> {
    this.#requireOpen();
    // All copies are submitted in this turn of the queue, before a release can take its own.
    const reads = this.#tail.then(() => ({
      all: Promise.all(
        operands.map(async ({ handle }) => {
          if (handle.error) throw handle.error;
          return this.#program.read(handle.value!);
        }),
      ),
    }));
    this.#tail = reads.then(({ all }) => void all.catch(() => undefined));
    const arrays = await (await reads).all;
    this.#errors?.check();
    return arrays;
  }

  release(handle: GpujsHandle): void {
    this.#tail = this.#tail.then(() => {
      if (handle.value) this.#program.delete(handle.value);
      delete handle.value;
    });
  }

  async sync(): Promise<void> {
    this.#requireOpen();
    // The queue of a device is done when what was put last is.
    const last = this.upload(
      { rows: 1, cols: 1, dtype: "float32", format: "dense" },
      Float32Array.of(0),
    );
    try {
      await this.download([{ rows: 1, cols: 1, dtype: "float32", format: "dense", handle: last }]);
    } finally {
      this.release(last);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#tail;
    this.#errors?.dispose();
    await this.#program.dispose();
  }

  matmul(
    out: MatrixInfo,
    a: Operand<GpujsHandle>,
    b: Operand<GpujsHandle>,
    { transA, transB }: MatmulOptions,
  ): GpujsHandle {
    const size = out.rows * out.cols;
    const inner = transA ? a.rows : a.cols;
    const [aRow, aInner] = transA ? [1, a.cols] : [a.cols, 1];
    const [bInner, bCol] = transB ? [1, b.cols] : [b.cols, 1];
    const wanted = this.#program.parallel ? Math.min(THREADS / size, inner / TERMS) : 1;
    const chunk = Math.ceil(inner / Math.max(1, Math.floor(wanted)));
    const parts = Math.ceil(inner / chunk);
    const integers = [size, out.cols, inner, chunk, aRow, aInner, bInner, bCol];
    return this.#enqueue(out, [a, b], async (x, y) => {
      const sums = await this.#program.run("matmul", () => matmul, parts * size, [
        x,
        y,
        ...integers,
      ]);
      return parts === 1
        ? sums
        : this.#reduce("sum", sums, { outer: 1, length: parts, inner: size }, true);
    });
  }

  elementwise(out: MatrixInfo, op: ElementwiseOp, operands: readonly Given[]): GpujsHandle {
    const kinds = operands.map((operand) => kindOf(out, operand));
    return this.#entrywise(
      `${op} ${kinds.join()}`,
      () => elementwise(op, kinds),
      out,
      kinds,
      operands,
      [],
    );
  }

  scaleByRatio(
    out: MatrixInfo,
    x: Operand<GpujsHandle>,
    numerator: Operand<GpujsHandle>,
    denominator: Operand<GpujsHandle>,
    exponent: number,
  ): GpujsHandle {
    const operands = [x, numerator, denominator];
    const kinds = operands.map((operand) => kindOf(out, operand));
    const plain = exponent === 1;
    return this.#entrywise(
      `ratio ${plain} ${kinds.join()}`,
      () => scaleByRatio(kinds, plain),
      out,
      kinds,
      operands,
      plain ? [] : [exponent],
    );
  }

  reduce(out: MatrixInfo, op: ReduceOp, a: Operand<GpujsHandle>, axis: Axis): GpujsHandle {
    const shape = {
      rows: { outer: 1, length: a.rows, inner: a.cols },
      cols: { outer: a.rows, length: a.cols, inner: 1 },
      all: { outer: 1, length: a.rows * a.cols, inner: 1 },
    }[axis];
    return this.#enqueue(out, [a], (value) => this.#reduce(op, value, shape, false));
  }

  /** Reduces an array outer × length × inner along `length`, and deletes it if it is a temporary. */
  async #reduce(
    op: ReduceOp,
    value: Value,
    { outer, length, inner }: { outer: number; length: number; inner: number },
    temporary: boolean,
  ): Promise<Value> {
    let current = value;
    let left = length;
    do {
      const groups = Math.ceil(left / FAN);
      const given = current;
      try {
        current = await this.#program.run(
          `reduce ${op}`,
          () => reduce(op),
          outer * groups * inner,
          [given, left, groups, inner],
        );
      } finally {
        if (temporary || given !== value) this.#program.delete(given);
      }
      left = groups;
    } while (left > 1);
    return current;
  }

  #entrywise(
    name: string,
    source: Parameters<Program["run"]>[1],
    out: MatrixInfo,
    kinds: readonly OperandKind[],
    operands: readonly Given[],
    extra: readonly number[],
  ): GpujsHandle {
    const matrices = operands.filter((operand) => typeof operand !== "number");
    return this.#enqueue(out, matrices, (...values) => {
      const passed = operands.flatMap((operand) => {
        if (typeof operand === "number") return operand;
        const value = values.shift();
        if (kindOf(out, operand) === "full") return [value];
        return [value, operand.rows === 1 ? 0 : operand.cols, operand.cols === 1 ? 0 : 1];
      });
      if (kinds.includes("repeated")) passed.push(out.cols);
      return this.#program.run(name, source, out.rows * out.cols, [...passed, ...extra]);
    });
  }

  #enqueue(
    out: MatrixInfo,
    operands: readonly Operand<GpujsHandle>[],
    work: (...values: Value[]) => Promise<Value>,
  ): GpujsHandle {
    this.#requireOpen();
    const elements = out.rows * out.cols;
    const { maxElements } = this.capabilities;
    if (out.dtype !== "float32") throw unsupported(out.dtype, "Use float32, or another backend.");
    if (elements > maxElements) {
      throw new NonnegError(
        "NONNEG_OUT_OF_MEMORY",
        `A ${out.rows}×${out.cols} matrix has ${elements} entries: ${this.description.device} of backend ` +
          `"gpujs" holds at most ${maxElements} in one matrix. Use another mode or backend, or less data.`,
      );
    }
    const handle: GpujsHandle = {};
    this.#tail = this.#tail.then(async () => {
      try {
        const failed = operands.find((operand) => operand.handle.error);
        if (failed?.handle.error) throw failed.handle.error;
        handle.value = await work(...operands.map((operand) => operand.handle.value!));
      } catch (error) {
        handle.error = error instanceof Error ? error : new Error(String(error));
      }
    });
    return handle;
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new NonnegError("NONNEG_DISPOSED", 'Backend "gpujs" was used after it was disposed of.');
  }
}

function kindOf(out: MatrixInfo, operand: Given): OperandKind {
  if (typeof operand === "number") return "number";
  return operand.rows === out.rows && operand.cols === out.cols ? "full" : "repeated";
}

function unsupported(what: string, instead: string): NonnegError {
  return new NonnegError(
    "NONNEG_UNSUPPORTED",
    `Backend "gpujs" does not support ${what}. ${instead}`,
  );
}
