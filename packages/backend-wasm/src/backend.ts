import type {
  Axis,
  Backend,
  BackendDescription,
  Capabilities,
  CoordinateSweepOptions,
  DivergenceOperands,
  ElementwiseOp,
  Factor,
  HostArray,
  HostCsr,
  MatmulOptions,
  MatrixInfo,
  Pattern,
  ReduceOp,
  StationarityOptions,
  WriteEntries,
} from "@nonneg/core";
import { coordinateSweep } from "./coordinate-sweep.js";
import { divergence } from "./divergence.js";
import { divergenceTerms } from "./divergence-terms.js";
import { elementwise, scaleByRatio } from "./elementwise.js";
import { entries, produce, Scratch, type Handle, type WasmOperand } from "./handle.js";
import { gram, matmul } from "./matmul.js";
import { reduce } from "./reduce.js";
import type { Runtime } from "./runtime.js";
import { sampledMatmul } from "./sparse-matmul.js";
import { stationarity } from "./stationarity.js";
import { Structure } from "./structure.js";

/** Half the smallest subnormal float32: what rounding may add to a result that is one. */
const underflow = 2 ** -150;

export const capabilities: Capabilities = {
  dtypes: ["float32", "float64"],
  sparse: true,
  deterministic: true,
  subnormals: true,
  // 4 GiB of float32
  maxElements: 2 ** 30,
  // Functions are AssemblyScript's (musl's) in f64, right to less than an ulp (2u), rounded once more for float32.
  accuracy: {
    div: { ulps: 1, absolute: underflow },
    sqrt: { ulps: 1, absolute: underflow },
    pow: { ulps: 2, absolute: underflow },
    exp: { ulps: 2, absolute: underflow },
    log: { ulps: 2, absolute: underflow },
    log1p: { ulps: 2, absolute: underflow },
    expm1: { ulps: 2, absolute: underflow },
  },
};

/**
 * The verbs and kernels over one Runtime. Every call computes before it returns, on the calling
 * thread and its helpers; `sync` has nothing to wait for.
 */
export class WasmBackend implements Backend<Handle> {
  readonly apiVersion = 1;
  readonly name: string = "wasm";
  readonly description: BackendDescription;
  readonly capabilities = capabilities;
  protected readonly runtime: Runtime;
  /** Structures by pattern: matrices of one pattern share one. */
  readonly #structures = new WeakMap<Pattern, Structure>();

  constructor(runtime: Runtime, description: BackendDescription) {
    this.runtime = runtime;
    this.description = description;
  }

  /** The shared memory that dense operands lie in, at `handle.values.offset`. */
  get memory(): WebAssembly.Memory {
    return this.runtime.memory;
  }

  /** Bytes handed out to matrices and scratch. */
  get usedBytes(): number {
    return this.runtime.arena.used;
  }

  upload(out: MatrixInfo, data: HostArray | HostCsr): Handle {
    using scratch = new Scratch(this.runtime);
    const host = "indptr" in data ? data.values : data;
    const handle = produce(scratch, out, false, (address) => {
      this.#view(out, address).set(host);
    });
    if (!("indptr" in data)) return handle;
    try {
      return this.#owned({ ...handle, structure: this.#structure(out, data) });
    } catch (error) {
      this.runtime.arena.free(handle.values);
      throw error;
    }
  }

  uploadFrom(out: MatrixInfo, write: WriteEntries): Handle {
    using scratch = new Scratch(this.runtime);
    return produce(scratch, out, false, (address) => {
      write(this.#view(out, address), 0);
    });
  }

  download(operands: readonly WasmOperand[]): Promise<HostArray[]> {
    return Promise.resolve(
      operands.map((operand) => this.#view(operand, operand.handle.values.offset).slice()),
    );
  }

  release(handle: Handle): void {
    this.runtime.arena.free(handle.values);
    if (handle.columnValues !== undefined) this.runtime.arena.free(handle.columnValues);
    const { structure } = handle;
    if (structure !== undefined && --structure.users === 0) structure.release();
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  matmul(out: MatrixInfo, a: WasmOperand, b: WasmOperand, options: MatmulOptions): Handle {
    using scratch = new Scratch(this.runtime);
    return matmul(scratch, out, a, b, options);
  }

  elementwise(
    out: MatrixInfo,
    op: ElementwiseOp,
    operands: readonly (WasmOperand | number)[],
  ): Handle {
    using scratch = new Scratch(this.runtime);
    return this.#owned(elementwise(scratch, out, op, operands));
  }

  reduce(out: MatrixInfo, op: ReduceOp, a: WasmOperand, axis: Axis): Handle {
    using scratch = new Scratch(this.runtime);
    return reduce(scratch, out, op, a, axis);
  }

  gram(out: MatrixInfo, a: WasmOperand, side: "AtA" | "AAt"): Handle {
    using scratch = new Scratch(this.runtime);
    return gram(scratch, out, a, side);
  }

  scaleByRatio(
    out: MatrixInfo,
    x: WasmOperand,
    numerator: WasmOperand,
    denominator: WasmOperand,
    exponent: number,
  ): Handle {
    using scratch = new Scratch(this.runtime);
    return scaleByRatio(scratch, out, x, numerator, denominator, exponent);
  }

  divergenceTerms(
    out: { readonly numerator: MatrixInfo; readonly denominator: MatrixInfo },
    operands: DivergenceOperands<Handle>,
    factor: Factor,
  ): { numerator: Handle; denominator: Handle } {
    using scratch = new Scratch(this.runtime);
    return divergenceTerms(scratch, out, operands, factor);
  }

  divergence(
    out: { readonly sum: MatrixInfo; readonly infinite: MatrixInfo },
    operands: DivergenceOperands<Handle>,
  ): { sum: Handle; infinite: Handle } {
    using scratch = new Scratch(this.runtime);
    return divergence(scratch, out, operands);
  }

  stationarity(
    out: { readonly residual: MatrixInfo; readonly scale: MatrixInfo },
    x: WasmOperand,
    numerator: WasmOperand,
    denominator: WasmOperand,
    partner: WasmOperand,
    options: StationarityOptions,
  ): { residual: Handle; scale: Handle } {
    using scratch = new Scratch(this.runtime);
    return stationarity(scratch, out, x, numerator, denominator, partner, options);
  }

  coordinateSweep(
    out: MatrixInfo,
    x: WasmOperand,
    gram: WasmOperand,
    cross: WasmOperand,
    options: CoordinateSweepOptions,
  ): Handle {
    using scratch = new Scratch(this.runtime);
    return coordinateSweep(scratch, out, x, gram, cross, options);
  }

  sampledMatmul(out: MatrixInfo, w: WasmOperand, h: WasmOperand, pattern: WasmOperand): Handle {
    using scratch = new Scratch(this.runtime);
    return this.#owned(sampledMatmul(scratch, out, w, h, pattern));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.runtime.close("The wasm backend was closed and is used again. Create another.");
    return Promise.resolve();
  }

  #owned(handle: Handle): Handle {
    if (handle.structure !== undefined) handle.structure.users++;
    return handle;
  }

  #structure(out: MatrixInfo, data: HostCsr): Structure {
    const pattern = out.pattern!;
    const known = this.#structures.get(pattern);
    if (known !== undefined && known.users > 0) return known;
    const structure = new Structure(this.runtime, out, data);
    this.#structures.set(pattern, structure);
    return structure;
  }

  #view(info: MatrixInfo, address: number): HostArray {
    const { buffer } = this.runtime.memory;
    const count = entries(info);
    return info.dtype === "float64"
      ? new Float64Array(buffer, address, count)
      : new Float32Array(buffer, address, count);
  }
}
