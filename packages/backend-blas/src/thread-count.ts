import type { ThreadControl } from "./vendor.js";

/**
 * The number of threads of a library that several backends use, each with a number of its own: set
 * when another one computes, and as it was found once the last has closed.
 */
export class ThreadCount {
  readonly #control: ThreadControl | undefined;
  #users = 0;
  #found = 0;
  #current = 0;

  constructor(control: ThreadControl | undefined) {
    this.#control = control;
  }

  enter(): void {
    if (this.#users++ > 0 || this.#control === undefined) return;
    this.#found = this.#current = this.#control.get();
  }

  /** Before each product. */
  use(threads: number): void {
    if (threads === this.#current) return;
    this.#control?.set(threads);
    this.#current = threads;
  }

  leave(): void {
    if (--this.#users > 0) return;
    this.use(this.#found);
  }
}
