import type { WasmBackend } from "@nonneg/backend-wasm/memory";
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
  ReduceOp,
  StationarityOptions,
  WriteEntries,
} from "@nonneg/core";
import { coordinateSweep } from "./coordinate-sweep.js";
import { divergence, divergenceTerms } from "./divergence.js";
import { elementwise } from "./elementwise.js";
import { gram } from "./gram.js";
import { Large } from "./large.js";
import { matmul } from "./matmul.js";
import { reduce } from "./reduce.js";
import { stationarity } from "./stationarity.js";
import {
  type AnyHandle,
  type AnyOperand,
  defaultSizes,
  isLarge,
  release,
  type Sizes,
  Workspace,
} from "./workspace.js";

/** What backend-wasm offers, on handles that are none of them large. */
type Inner = Required<Omit<Backend<AnyHandle>, "nnls">>;

/**
 * A backend whose memory ends at 4 GiB, and beside it dense matrices that are large: those lie in
 * ordinary buffers, and calls on them are computed tile by tile, by that backend, in its memory.
 * Which are large follows from their size alone. All other calls go straight through.
 */
export class TiledBackend implements Backend<AnyHandle> {
  readonly apiVersion = 1;
  readonly name: string;
  readonly description: BackendDescription;
  readonly capabilities: Capabilities;
  readonly #memory: WasmBackend;
  readonly #inner: Inner;
  readonly #sizes: Sizes;

  constructor(inner: WasmBackend, sizes = defaultSizes) {
    this.name = inner.name;
    this.description = inner.description;
    // the longest typed array that V8 makes, by which matrices come and go
    this.capabilities = { ...inner.capabilities, maxElements: 2 ** 32 };
    this.#memory = inner;
    this.#inner = inner;
    this.#sizes = sizes;
  }

  /** The shared memory that dense operands lie in which are not large. */
  get memory(): WebAssembly.Memory {
    return this.#memory.memory;
  }

  /** Bytes of it handed out to matrices and scratch. */
  get usedBytes(): number {
    return this.#memory.usedBytes;
  }

  upload(out: MatrixInfo, data: HostArray | HostCsr): AnyHandle {
    if ("indptr" in data || !this.#anyLarge(out)) return this.#inner.upload(out, data);
    return Large.from(out, data, this.#sizes.array);
  }

  uploadFrom(out: MatrixInfo, write: WriteEntries): AnyHandle {
    if (!this.#anyLarge(out)) return this.#inner.uploadFrom(out, write);
    return Large.written(out, write, this.#sizes.array);
  }

  // Computed before it returns: operands may be released right after the call.
  async download(operands: readonly AnyOperand[]): Promise<HostArray[]> {
    const arrays = await Promise.all(
      operands.map(async (operand) =>
        operand.handle instanceof Large
          ? [operand.handle.toArray(operand)]
          : await this.#inner.download([operand]),
      ),
    );
    return arrays.flat();
  }

  release(handle: AnyHandle): void {
    release(this.#memory, handle);
  }

  sync(): Promise<void> {
    return this.#inner.sync();
  }

  matmul(out: MatrixInfo, a: AnyOperand, b: AnyOperand, options: MatmulOptions): AnyHandle {
    if (!this.#anyLarge(out, a, b)) return this.#inner.matmul(out, a, b, options);
    using work = this.#workspace();
    return matmul(work, out, a, b, options);
  }

  elementwise(
    out: MatrixInfo,
    op: ElementwiseOp,
    operands: readonly (AnyOperand | number)[],
  ): AnyHandle {
    if (!this.#anyLarge(out, ...operands)) return this.#inner.elementwise(out, op, operands);
    using work = this.#workspace();
    return elementwise(work, out, operands, (info, given) =>
      work.inner.elementwise(info, op, given),
    );
  }

  reduce(out: MatrixInfo, op: ReduceOp, a: AnyOperand, axis: Axis): AnyHandle {
    if (!this.#anyLarge(out, a)) return this.#inner.reduce(out, op, a, axis);
    using work = this.#workspace();
    return reduce(work, out, op, a, axis);
  }

  gram(out: MatrixInfo, a: AnyOperand, side: "AtA" | "AAt"): AnyHandle {
    if (!this.#anyLarge(out, a)) return this.#inner.gram(out, a, side);
    using work = this.#workspace();
    return gram(work, out, a, side);
  }

  scaleByRatio(
    out: MatrixInfo,
    x: AnyOperand,
    numerator: AnyOperand,
    denominator: AnyOperand,
    exponent: number,
  ): AnyHandle {
    if (!this.#anyLarge(out, x, numerator, denominator)) {
      return this.#inner.scaleByRatio(out, x, numerator, denominator, exponent);
    }
    using work = this.#workspace();
    return elementwise<never>(work, out, [x, numerator, denominator], (info, [a, n, d]) =>
      work.inner.scaleByRatio(info, a!, n!, d!, exponent),
    );
  }

  divergenceTerms(
    out: { readonly numerator: MatrixInfo; readonly denominator: MatrixInfo },
    operands: DivergenceOperands<AnyHandle>,
    factor: Factor,
  ): { numerator: AnyHandle; denominator: AnyHandle } {
    const { v, w, h, weights } = operands;
    if (!this.#anyLarge(out.numerator, out.denominator, v, w, h, weights ?? v)) {
      return this.#inner.divergenceTerms(out, operands, factor);
    }
    using work = this.#workspace();
    return divergenceTerms(work, out, operands, factor);
  }

  divergence(
    out: { readonly sum: MatrixInfo; readonly infinite: MatrixInfo },
    operands: DivergenceOperands<AnyHandle>,
  ): { sum: AnyHandle; infinite: AnyHandle } {
    const { v, w, h, weights } = operands;
    if (!this.#anyLarge(v, w, h, weights ?? v)) return this.#inner.divergence(out, operands);
    using work = this.#workspace();
    return divergence(work, out, operands);
  }

  stationarity(
    out: { readonly residual: MatrixInfo; readonly scale: MatrixInfo },
    x: AnyOperand,
    numerator: AnyOperand,
    denominator: AnyOperand,
    partner: AnyOperand,
    options: StationarityOptions,
  ): { residual: AnyHandle; scale: AnyHandle } {
    if (!this.#anyLarge(x, numerator, denominator, partner)) {
      return this.#inner.stationarity(out, x, numerator, denominator, partner, options);
    }
    using work = this.#workspace();
    return stationarity(work, out, x, [numerator, denominator], partner, options);
  }

  coordinateSweep(
    out: MatrixInfo,
    x: AnyOperand,
    gram: AnyOperand,
    cross: AnyOperand,
    options: CoordinateSweepOptions,
  ): AnyHandle {
    if (!this.#anyLarge(out, x, gram, cross)) {
      return this.#inner.coordinateSweep(out, x, gram, cross, options);
    }
    using work = this.#workspace();
    return coordinateSweep(work, out, x, gram, cross, options);
  }

  sampledMatmul(out: MatrixInfo, w: AnyOperand, h: AnyOperand, pattern: AnyOperand): AnyHandle {
    if (!this.#anyLarge(w, h)) return this.#inner.sampledMatmul(out, w, h, pattern);
    using work = this.#workspace();
    const [handle] = work.uncut([out], [w, h, pattern], ([x, y, z]) => [
      work.inner.sampledMatmul(out, x!, y!, z!),
    ]);
    return handle!;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]();
  }

  #anyLarge(...matrices: readonly (MatrixInfo | number)[]): boolean {
    return matrices.some((x) => typeof x !== "number" && isLarge(this.#sizes, x));
  }

  #workspace(): Workspace {
    return new Workspace(this.#memory, this.#sizes);
  }
}
