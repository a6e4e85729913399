import type { Gpu, GpuKernel, Value } from "./gpu-js.js";
import { functions } from "./kernels/functions.js";
import type { KernelSource } from "./kernels/kernel.js";
import { copy } from "./kernels/copy.js";
import { quotient } from "./kernels/quotient.js";
import type { Runnable } from "./modes.js";

const types = { host: "Input", integer: "Integer", number: "Float" };

const helpers = [...quotient, ...functions].map(({ name, parameters, returns, body }) => ({
  name,
  source: `function ${name}(${Object.keys(parameters).join(", ")}) { ${body} }`,
  argumentTypes: Object.values(parameters).map((type) => types[type]),
  returnType: types[returns],
}));

/**
 * gpu.js in one mode: compiles each kernel once, when it is first run, and counts what lives on the
 * device. Calls must not overlap: a kernel takes the size of its output from its last `setOutput`.
 */
export class Program {
  readonly #runnable: Runnable;
  readonly #gpu: Gpu;
  readonly #kernels = new Map<string, GpuKernel>();
  #live = 0;

  constructor(runnable: Runnable) {
    this.#runnable = runnable;
    this.#gpu = new runnable.gpuJs.GPU({ mode: runnable.mode });
  }

  /** Textures, buffers or arrays that were made and not yet deleted. */
  get live(): number {
    return this.#live;
  }

  /** Whether there are more threads than a small output has entries. */
  get parallel(): boolean {
    return this.#runnable.device !== undefined;
  }

  async upload(data: Float32Array): Promise<Value> {
    if (this.#runnable.device) {
      const argument = this.#runnable.gpuJs.input(data, [data.length]);
      return this.run("copy", () => copy, data.length, [argument]);
    }
    this.#live++;
    return data;
  }

  /**
   * Runs a kernel for `size` threads. `name` names what it compiles to: the same name, the same source.
   * Arguments in the order of the kernel's parameters.
   */
  async run(
    name: string,
    source: () => KernelSource,
    size: number,
    values: readonly unknown[],
  ): Promise<Value> {
    let kernel = this.#kernels.get(name);
    if (!kernel) this.#kernels.set(name, (kernel = this.#compile(source())));
    kernel.setOutput([size]);
    const result = await kernel(...values);
    this.#live++;
    this.#runnable.device?.letGo(kernel.kernel, result);
    return result;
  }

  async read(value: Value): Promise<Float32Array> {
    return value instanceof Float32Array ? value.slice() : this.#runnable.device!.read(value);
  }

  delete(value: Value): void {
    this.#live--;
    if (!(value instanceof Float32Array)) value.delete();
  }

  async dispose(): Promise<void> {
    await this.#gpu.destroy();
  }

  #compile({ parameters, body }: KernelSource): GpuKernel {
    const { device } = this.#runnable;
    const argumentTypes = Object.fromEntries(
      Object.entries(parameters).map(([name, type]) => [
        name,
        type === "matrix" ? (device?.matrix ?? "Array") : types[type],
      ]),
    );
    return this.#gpu.createKernel(`function (${Object.keys(parameters).join(", ")}) { ${body} }`, {
      argumentTypes,
      functions: helpers,
      output: [1],
      precision: "single",
      pipeline: true,
      immutable: true,
      dynamicOutput: true,
      dynamicArguments: true,
      loopMaxIterations: 2 ** 31 - 1,
      ...device?.settings,
    });
  }
}
