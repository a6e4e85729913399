import { capabilities, type Runtime, WasmBackend } from "@nonneg/backend-wasm/memory";
import type { BackendDescription, Capabilities } from "@nonneg/core";
import type { Library } from "./library.js";
import { type Gate, shut } from "./loading-gate.js";

/** backend-wasm with its dense products and Gram matrices computed by a BLAS on the same memory. */
export class BlasBackend extends WasmBackend {
  override readonly name = "blas";
  override readonly capabilities: Capabilities;
  readonly #library: Library;
  readonly #gate: Gate;
  #closed = false;

  constructor(runtime: Runtime, description: BackendDescription, library: Library, gate: Gate) {
    super(runtime, description);
    this.#library = library;
    this.#gate = gate;
    const { subnormals } = library.verified;
    // One thread a call, and chunks that follow from the shapes alone. Tried with OpenBLAS only.
    const deterministic = library.vendor.name === "openblas";
    this.capabilities = { ...capabilities, deterministic, subnormals };
    library.threads.enter();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await shut(this.#gate);
    this.runtime.close("The blas backend was closed and is used again. Create another.");
    this.#library.threads.leave();
  }
}
