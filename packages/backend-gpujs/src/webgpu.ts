import { type Device, failed, isSoftware } from "./device.js";
import { loadWebGpu, type Unavailable } from "./load.js";
import { hasVulkanDriver } from "./vulkan.js";

/** What is used of WebGPU; the names are the standard's. */
interface Gpu {
  requestAdapter(): Promise<Adapter | null>;
}
interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly limits: {
    readonly maxStorageBufferBindingSize: number;
    readonly maxBufferSize: number;
  };
}
interface GpuDevice {
  addEventListener(type: "uncapturederror", listener: (event: UncapturedError) => void): void;
  removeEventListener(type: "uncapturederror", listener: (event: UncapturedError) => void): void;
}
interface UncapturedError {
  readonly error: { readonly message: string };
}

/** Insides of gpu.js 2.24.1's results and kernels of mode "webgpu". */
interface BufferResult {
  readonly buffer: { _refs: number };
  readonly context: { readonly device: GpuDevice; readonly isLost: boolean };
}
interface KernelInsides {
  outputBuffer: BufferResult["buffer"] | null;
  readonly paramsLayout: {
    readonly arrayArgs: { buffer: { destroy(): void } | null }[];
  };
}

export interface WebGpuAdapter {
  readonly device: string;
  readonly software: boolean;
  readonly maxElements: number;
  /** Version of the package `webgpu`; none where the platform itself has WebGPU. */
  readonly version: string | undefined;
}

const NO_ADAPTER_FIX =
  process.platform === "linux"
    ? "install the Vulkan driver of your GPU (mesa-vulkan-drivers, or its vendor's) and libvulkan1; " +
      "or, for a software adapter that shows correctness and not speed: " +
      "apt-get install chromium libvulkan1 && " +
      "export VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json"
    : "update the driver of your GPU";

/** Looks for an adapter; in Node it first puts `navigator.gpu` where gpu.js looks for it. */
export async function findAdapter(): Promise<WebGpuAdapter | Unavailable> {
  const provided = await provideWebGpu();
  if ("reason" in provided) return provided;
  let adapter: Adapter | null;
  try {
    adapter = await provided.gpu.requestAdapter();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { reason: `WebGPU found no adapter: ${message}`, fix: NO_ADAPTER_FIX };
  }
  if (!adapter)
    return { reason: "WebGPU found no adapter, no GPU to run on.", fix: NO_ADAPTER_FIX };

  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const names = [description, device, architecture, vendor].filter((name) => name !== "");
  const software = isFallbackAdapter === true || isSoftware(names.join());
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const bytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  return {
    device: names[0] ?? "unnamed adapter",
    software,
    // Kernels count entries in 32-bit integers.
    maxElements: Math.min(Math.floor(bytes / Float32Array.BYTES_PER_ELEMENT), 2 ** 31 - 1),
    version: provided.version,
  };
}

/**
 * gpu.js knows WebGPU as `navigator.gpu` alone. Dawn's object must live as long as its devices, of
 * which gpu.js keeps one for the whole process: it stays.
 */
async function provideWebGpu(): Promise<{ gpu: Gpu; version: string | undefined } | Unavailable> {
  const scope = globalThis as { navigator?: { gpu?: Gpu } };
  const loaded = await loadWebGpu();
  const version = "version" in loaded ? loaded.version : undefined;
  if (scope.navigator?.gpu) return { gpu: scope.navigator.gpu, version };
  if ("reason" in loaded) return loaded;
  if (process.platform === "linux" && !hasVulkanDriver()) {
    return { reason: "WebGPU needs a Vulkan driver, and none is installed.", fix: NO_ADAPTER_FIX };
  }
  const gpu = loaded.module.create([]) as Gpu;
  // Node has a `navigator` from version 21.
  if (!scope.navigator)
    Object.defineProperty(scope, "navigator", { value: {}, configurable: true });
  Object.defineProperty(scope.navigator, "gpu", { value: gpu, configurable: true });
  return { gpu, version };
}

export const webGpu: Device = {
  matrix: "Input",
  settings: {},

  // gpu.js keeps, in each kernel, the last output and a buffer as large as the largest array it was
  // ever given: several V's worth for as long as the backend lives.
  letGo(kernel, result) {
    const insides = kernel as KernelInsides;
    const { buffer } = result as unknown as BufferResult;
    if (insides.outputBuffer === buffer) {
      insides.outputBuffer = null;
      buffer._refs--;
    }
    for (const argument of insides.paramsLayout.arrayArgs) {
      argument.buffer?.destroy();
      argument.buffer = null;
    }
  },

  read: (value) => value.toArray(),

  watch(result) {
    const { context } = result as unknown as BufferResult;
    let first: string | undefined;
    const listener = (event: UncapturedError) => (first ??= event.error.message);
    context.device.addEventListener("uncapturederror", listener);
    return {
      check() {
        const reason = context.isLost ? "the device was lost" : first;
        if (reason !== undefined) throw failed(reason);
      },
      dispose: () => context.device.removeEventListener("uncapturederror", listener),
    };
  },
};
