import type { ThreadControl } from "./vendor.js";

/**
 * Holds a library to one thread a call while backends use it, and gives it back the number it was
 * found with when the last one closes. The backend's own threads share the work: a call is never
 * waited for by others, also on a machine that is busy, and results do not depend on their number.
 */
export class SingleThread {
  readonly #control: ThreadControl | undefined;
  #users = 0;
  #found = 1;

  constructor(control: ThreadControl | undefined) {
    this.#control = control;
  }

  enter(): void {
    if (this.#users++ > 0 || this.#control === undefined) return;
    this.#found = this.#control.get();
    this.#control.set(1);
  }

  leave(): void {
    if (--this.#users === 0) this.#control?.set(this.#found);
  }
}
