/** One memory, the kernels over it and the threads that run them: what a backend is built on. */
import { NonnegError } from "@nonneg/core";
import { Arena, type Block } from "./arena.js";
import { canShare } from "./environment.js";
import type { Scratch } from "./handle.js";
import {
  instantiate,
  kernelNames,
  threadScratch,
  type KernelName,
  type Kernels,
} from "./kernels.js";
import { gemm, type Product } from "./matmul.js";
import { maxChunks, Tasks } from "./tasks.js";
import { startWorker, type EndWorker } from "./threads.js";

/** Computes a dense product on addresses in the memory. */
export type Gemm = (scratch: Scratch, product: Product) => void;

const pageBytes = 65_536;
/** Nanoseconds of work under which waking another thread costs more than it gives. */
const worthThreads = 60_000;

export class Runtime {
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;
  /** Threads that compute, the calling one included. */
  readonly threads: number;
  readonly #module: WebAssembly.Module;
  readonly #kernels: Kernels;
  readonly #tasks: Tasks;
  readonly #scratch: Block;
  readonly #gemm: Gemm | undefined;
  readonly #workers: EndWorker[] = [];
  #started = false;
  #closed: string | undefined;

  constructor(module: WebAssembly.Module, threads: number, replacement?: Gemm) {
    this.#gemm = replacement;
    const { memory, limit } = reserve();
    this.memory = memory;
    this.threads = canShare() ? threads : 1;
    this.#module = module;
    this.#kernels = instantiate(module, memory);
    // the kernels' static data lies between the control block and the end of the first page
    this.arena = new Arena(memory, pageBytes, limit);
    this.#tasks = new Tasks(memory);
    this.#scratch = this.arena.allocate(threadScratch, "scratch memory of a thread");
  }

  /** The kernels, for what is not done in chunks. */
  get kernels(): Kernels {
    return this.#kernels;
  }

  /**
   * Runs a kernel over 0 … total, `grain` at a time. `total` and `grain` follow from the shapes
   * alone and each of the `total` pieces is computed the same way whoever does it, so that results
   * do not depend on the number of threads.
   * @param nanoseconds rough cost of all of it on one thread: decides only whether to share it
   */
  run(
    kernel: KernelName,
    args: readonly number[],
    total: number,
    grain: number,
    nanoseconds: number,
  ): void {
    this.#requireOpen();
    if (this.threads === 1 || total <= grain || nanoseconds < worthThreads) {
      this.#kernels[kernel](...args, 0, total, this.#scratch.offset);
      return;
    }
    if (!this.#started) this.#start();
    const coarse = Math.ceil(Math.ceil(total / grain) / maxChunks);
    this.#tasks.publish(kernelNames.indexOf(kernel), args, total, grain * coarse);
    this.#tasks.work(this.#kernels, this.#scratch.offset);
    const ended = this.#tasks.wait();
    if (ended === "done") return;
    this.close(
      `The wasm backend's ${kernel} kernel ${ended === "lost" ? "lost a thread in the middle" : "failed"}; ` +
        `the backend is closed. Create it again; with { threads: 1 } if this recurs.`,
    );
    throw new NonnegError("NONNEG_BACKEND_FAILED", this.#closed!);
  }

  /** Whether dense products are computed by something else than this package's kernel. */
  get hasOwnGemm(): boolean {
    return this.#gemm !== undefined;
  }

  /** A dense product: by the backend's own kernel, or by what took its place (a BLAS). */
  product(scratch: Scratch, product: Product): void {
    this.#requireOpen();
    (this.#gemm ?? gemm)(scratch, product);
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw new NonnegError("NONNEG_BACKEND_FAILED", this.#closed);
  }

  #start(): void {
    this.#started = true;
    for (let i = 1; i < this.threads; i++) {
      const scratch = this.arena.allocate(threadScratch, "scratch memory of a thread");
      const end = startWorker({
        module: this.#module,
        memory: this.memory,
        scratch: scratch.offset,
      });
      if (end !== undefined) this.#workers.push(end);
    }
  }

  /** Ends the threads. Whatever is asked for afterwards throws `reason`. */
  close(reason: string): void {
    this.#closed ??= reason;
    this.#tasks.stop();
    for (const end of this.#workers.splice(0)) end();
  }
}

/**
 * A shared memory needs its maximum when it is made: the 4 GiB that 32-bit addresses reach, or as
 * much of it as the machine reserves. Shared even for one thread, so that there is one binary; a
 * page that is not cross-origin isolated may make one too, it only cannot hand it to a worker.
 */
function reserve(): { memory: WebAssembly.Memory; limit: number } {
  const initial = 64;
  for (let maximum = 65_536; ; maximum /= 2) {
    try {
      return {
        memory: new WebAssembly.Memory({ initial, maximum, shared: true }),
        limit: maximum * pageBytes,
      };
    } catch (cause) {
      if (maximum > 4096) continue;
      throw new NonnegError(
        "NONNEG_OUT_OF_MEMORY",
        "The wasm backend could not reserve even 256 MiB of address space. Release other backends, or use js.",
        { cause },
      );
    }
  }
}
