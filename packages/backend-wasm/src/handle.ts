/** What a matrix of this backend is, and how its memory is asked for. */
import type { Dtype, MatrixInfo, Operand } from "@nonneg/core";
import type { Block } from "./arena.js";
import type { Runtime } from "./runtime.js";
import type { Structure } from "./structure.js";

export interface Handle {
  /** Dense entries row-major, or the stored values of a CSR matrix. */
  readonly values: Block;
  /** present exactly for csr; shared by all matrices of the pattern */
  readonly structure?: Structure;
  /** The values in the order of the columns, made when first needed. */
  columnValues?: Block;
}

export type WasmOperand = Operand<Handle>;

function entryBytes(dtype: Dtype): number {
  return dtype === "float64" ? 8 : 4;
}

export function entries(info: MatrixInfo): number {
  return info.pattern === undefined ? info.rows * info.cols : info.pattern.nnz;
}

function describe(info: MatrixInfo): string {
  const sparse = info.pattern === undefined ? "" : ` CSR with ${info.pattern.nnz} entries`;
  return `a ${info.rows}×${info.cols} ${info.dtype} matrix${sparse}`;
}

/** Temporary memory of one call, given back when the call ends: `using scratch = new Scratch(runtime)`. */
export class Scratch implements Disposable {
  readonly runtime: Runtime;
  readonly #blocks: Block[] = [];

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  /** @returns the address of `bytes` bytes */
  take(bytes: number): number {
    const block = this.runtime.arena.allocate(bytes, "temporary memory of a kernel");
    this.#blocks.push(block);
    return block.offset;
  }

  /** Address of the operand's values in f64 (`wide`) or f32: its own, or a widened copy. */
  read(operand: WasmOperand, wide: boolean, values = operand.handle.values): number {
    if (!wide || operand.dtype === "float64") return values.offset;
    const count = entries(operand);
    const copy = this.take(count * 8);
    this.runtime.run("convert", [1, copy, values.offset], count, 32_768, count);
    return copy;
  }

  [Symbol.dispose](): void {
    for (const block of this.#blocks) this.runtime.arena.free(block);
  }
}

/** Allocates `out`, has it filled (in f64 where `wide`) and hands it over. Nothing stays allocated if that throws. */
export function produce(
  scratch: Scratch,
  out: MatrixInfo,
  wide: boolean,
  fill: (address: number) => void,
): Handle {
  const { runtime } = scratch;
  const count = entries(out);
  const values = runtime.arena.allocate(count * entryBytes(out.dtype), describe(out));
  try {
    if (wide && out.dtype === "float32") {
      const address = scratch.take(count * 8);
      fill(address);
      runtime.run("convert", [0, values.offset, address], count, 32_768, count);
    } else {
      fill(values.offset);
    }
    return { values };
  } catch (error) {
    runtime.arena.free(values);
    throw error;
  }
}

/** Whether a call has to compute in f64: for a float64 result, and to read float64 operands exactly. */
export function isWide(out: MatrixInfo, operands: readonly MatrixInfo[]): boolean {
  return out.dtype === "float64" || operands.some((operand) => operand.dtype === "float64");
}
