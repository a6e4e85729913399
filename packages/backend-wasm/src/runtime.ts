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
import type { DenseTerms } from "./dense-terms.js";
import { gemm, type Product } from "./matmul.js";
import { maxChunks, Tasks } from "./tasks.js";
import { startWorker, type EndWorker } from "./threads.js";

/** What computes dense products in place of this package's kernels, on addresses in the memory. */
export interface Extension {
  product(scratch: Scratch, product: Product): void;
  /** absent: formed from products of some rows at a time */
  denseTerms?(scratch: Scratch, terms: DenseTerms): void;
  /**
   * Work that is shared among threads like this package's own: `kernels` stand in for those of the
   * same name, with arguments that are the extension's affair, and `worker` is the program of Node's
   * worker threads, which gets `data` and calls `serve` with the same kernels.
   */
  readonly threads?: {
    kernels(memory: WebAssembly.Memory, kernels: Kernels): Partial<Kernels>;
    readonly worker: { readonly url: URL; readonly data: unknown };
  };
}

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
  /** What takes the place of this package's kernels for dense products. */
  readonly extension: Extension | undefined;
  readonly #workers: EndWorker[] = [];
  #started = false;
  #closed: string | undefined;

  constructor(module: WebAssembly.Module, threads: number, extension?: Extension) {
    this.extension = extension;
    const { memory, limit } = reserve();
    this.memory = memory;
    this.threads = canShare() ? threads : 1;
    this.#module = module;
    const kernels = instantiate(module, memory);
    this.#kernels = { ...kernels, ...extension?.threads?.kernels(memory, kernels) };
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
      `The ${kernel} kernel ${ended === "lost" ? "lost a thread in the middle" : "failed"}; ` +
        `the backend is closed. Create it again; with { threads: 1 } if this recurs.`,
    );
    throw new NonnegError("NONNEG_BACKEND_FAILED", this.#closed!);
  }

  /** A dense product: by this package's kernel, or by what took its place (a BLAS). */
  product(scratch: Scratch, product: Product): void {
    this.#requireOpen();
    if (this.extension === undefined) gemm(scratch, product);
    else this.extension.product(scratch, product);
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw new NonnegError("NONNEG_BACKEND_FAILED", this.#closed);
  }

  #start(): void {
    this.#started = true;
    for (let i = 1; i < this.threads; i++) {
      let scratch: number;
      try {
        scratch = this.arena.allocate(threadScratch, "scratch memory of a thread").offset;
      } catch {
        return; // the memory is full of matrices: go on with the threads there are
      }
      const end = startWorker(
        { module: this.#module, memory: this.memory, scratch },
        this.extension?.threads?.worker,
      );
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
