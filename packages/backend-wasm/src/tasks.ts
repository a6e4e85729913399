/**
 * How threads share work: a control block at the bottom of the shared memory, below the kernels'
 * static data. A task is a kernel, its arguments and a number of chunks; every thread, the calling
 * one included, claims chunk after chunk. Which thread computes a chunk never changes its result.
 *
 * A thread that is dead, or still starting, claims nothing and is not waited for.
 */
import { maySleep } from "./environment.js";
import { kernelNames, type Kernels } from "./kernels.js";

// Places in the Int32Array, on cache lines of their own where threads meet.
/** generation · 2^12 + next chunk; the chunk part is `closed` while a task is being written. */
const TICKET = 16;
/** Chunks done. */
const DONE = 32;
const FAILED = 48;
const KERNEL = 49;
const CHUNKS = 50;
const ARGUMENTS = 51;
const STOPPED = 52;
// Places in the Float64Array over the same memory: total, grain, then the arguments.
const TOTAL = 32;
const GRAIN = 33;
const FIRST_ARGUMENT = 34;

const chunkBits = 12;
const closed = (1 << chunkBits) - 1;
/** Most chunks of one task. */
export const maxChunks = closed - 1;

/** Three slots for numbers handed to elementwise kernels as 1×1 matrices: byte offset of the first. */
export const numberSlots = 1024;
/** Bytes that the control block may use, from the start of the memory. */
const controlBytes = 4096;

/** Loads of the ticket before a thread parks: some hundred microseconds, to catch the next task of a series. */
const spins = 20_000;

export class Tasks {
  readonly #ints: Int32Array;
  readonly #numbers: Float64Array;
  readonly #patience: number;

  /** @param patience milliseconds without a chunk done after which a thread is taken for lost */
  constructor(memory: WebAssembly.Memory, patience = 60_000) {
    this.#patience = patience;
    this.#ints = new Int32Array(memory.buffer, 0, controlBytes / 4);
    this.#numbers = new Float64Array(memory.buffer, 0, controlBytes / 8);
  }

  /** Opens a task to all threads. Only when the one before is finished. */
  publish(kernel: number, args: readonly number[], total: number, grain: number): void {
    const ints = this.#ints;
    const generation = (Atomics.load(ints, TICKET) >> chunkBits) + 1;
    // A late thread that reads half of the new task fails to claim: the ticket has changed since.
    Atomics.store(ints, TICKET, ((generation - 1) << chunkBits) | closed);
    ints[KERNEL] = kernel;
    ints[CHUNKS] = Math.ceil(total / grain);
    ints[ARGUMENTS] = args.length;
    ints[FAILED] = 0;
    Atomics.store(ints, DONE, 0);
    this.#numbers[TOTAL] = total;
    this.#numbers[GRAIN] = grain;
    this.#numbers.set(args, FIRST_ARGUMENT);
    Atomics.store(ints, TICKET, generation << chunkBits);
    Atomics.notify(ints, TICKET);
  }

  /** Claims and computes chunks until none is left. */
  work(kernels: Kernels, scratch: number): void {
    const ints = this.#ints;
    for (;;) {
      const ticket = Atomics.load(ints, TICKET);
      const chunk = ticket & closed;
      const chunks = ints[CHUNKS]!;
      if (chunk === closed || chunk >= chunks) return;
      const kernel = kernels[kernelNames[ints[KERNEL]!]!];
      const total = this.#numbers[TOTAL]!;
      const grain = this.#numbers[GRAIN]!;
      const args = this.#numbers.subarray(FIRST_ARGUMENT, FIRST_ARGUMENT + ints[ARGUMENTS]!);
      const begin = chunk * grain;
      const copy = [...args, begin, Math.min(total, begin + grain), scratch];
      if (Atomics.compareExchange(ints, TICKET, ticket, ticket + 1) !== ticket) continue;
      try {
        kernel(...copy);
      } catch {
        Atomics.store(ints, FAILED, 1);
      }
      if (Atomics.add(ints, DONE, 1) + 1 === chunks) Atomics.notify(ints, DONE);
    }
  }

  /**
   * Waits for the chunks that other threads are still computing: a short spin, then asleep where
   * the calling thread may sleep (not on a browser's main thread).
   * @returns whether all chunks were computed; "lost" when a thread stopped in the middle of one
   */
  wait(): "done" | "failed" | "lost" {
    const ints = this.#ints;
    const chunks = ints[CHUNKS]!;
    let seen = Atomics.load(ints, DONE);
    let since = 0;
    for (let turn = 0; seen < chunks; turn++) {
      if (turn > spins) {
        if (since === 0) since = Date.now();
        if (maySleep) Atomics.wait(ints, DONE, seen, Math.min(1000, this.#patience));
        if (Date.now() - since > this.#patience) return "lost";
      }
      const now = Atomics.load(ints, DONE);
      if (now !== seen) since = 0;
      seen = now;
    }
    return Atomics.load(ints, FAILED) === 0 ? "done" : "failed";
  }

  /** What a worker does for its whole life: work, spin a little, park. Returns when stopped. */
  serve(kernels: Kernels, scratch: number): void {
    const ints = this.#ints;
    while (Atomics.load(ints, STOPPED) === 0) {
      const ticket = Atomics.load(ints, TICKET);
      this.work(kernels, scratch);
      let turn = 0;
      let now = Atomics.load(ints, TICKET);
      while (turn < spins && now >> chunkBits === ticket >> chunkBits) {
        now = Atomics.load(ints, TICKET);
        turn++;
      }
      if (turn === spins && Atomics.load(ints, STOPPED) === 0) Atomics.wait(ints, TICKET, now);
    }
  }

  /** Lets every worker return. */
  stop(): void {
    Atomics.store(this.#ints, STOPPED, 1);
    Atomics.or(this.#ints, TICKET, closed);
    Atomics.notify(this.#ints, TICKET);
  }
}
