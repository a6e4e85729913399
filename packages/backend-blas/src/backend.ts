import { capabilities, type Runtime, WasmBackend } from "@nonneg/backend-wasm/memory";
import type { BackendDescription, Capabilities } from "@nonneg/core";
import type { Library } from "./library.js";

/** backend-wasm with its dense products and Gram matrices computed by a BLAS on the same memory. */
export class BlasBackend extends WasmBackend {
  override readonly name = "blas";
  override readonly capabilities: Capabilities;
  readonly #library: Library;
  #closed = false;

  constructor(runtime: Runtime, description: BackendDescription, library: Library) {
    super(runtime, description);
    this.#library = library;
    // How a BLAS divides a product among threads decides how its edges are rounded.
    const { subnormals } = library.verified;
    this.capabilities = { ...capabilities, deterministic: false, subnormals };
    library.threads.enter();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.runtime.close("The blas backend was closed and is used again. Create another.");
    this.#library.threads.leave();
  }
}
