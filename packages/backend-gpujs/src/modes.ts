import type { Accuracy, BackendDescription, Capabilities } from "@nonneg/core";
import type { Device } from "./device.js";
import type { GpuJs } from "./gpu-js.js";
import { findWebGl, webGl } from "./headless-gl.js";
import { loadGpuJs, type Unavailable } from "./load.js";
import { findAdapter, webGpu } from "./webgpu.js";

/**
 * The ways of running gpu.js, in the order in which they are wanted. "webasm" is last: it was no
 * faster than "cpu" where both were measured, holds less, and compiles anew for every size (README).
 */
export const modes = ["webgpu", "headlessgl", "cpu", "webasm"] as const;
export type Mode = (typeof modes)[number];

/** A mode that can run here. */
export interface Runnable {
  readonly mode: Mode;
  readonly gpuJs: GpuJs;
  /** Where the mode keeps matrices; without it, on the host. */
  readonly device?: Device;
  readonly description: BackendDescription;
  readonly capabilities: Capabilities;
  /** An adapter that only emulates a GPU: such a mode comes after all others. */
  readonly emulated: boolean;
}

/** Looks whether `mode` can run here. Never throws. */
export async function probe(mode: Mode): Promise<Runnable | Unavailable> {
  const loaded = await loadGpuJs();
  if ("reason" in loaded) return loaded;
  const { module: gpuJs, version } = loaded;
  const versions = { "gpu.js": version };
  // gpu.js on a CPU is an emulated GPU to whoever chooses a backend: others make more of a CPU.
  const onCpu = { threads: 1, software: true, versions };
  switch (mode) {
    case "webgpu": {
      const adapter = await findAdapter();
      if ("reason" in adapter) return adapter;
      const all =
        adapter.version === undefined ? versions : { ...versions, webgpu: adapter.version };
      return onDevice(mode, gpuJs, webGpu, adapter, all);
    }
    case "headlessgl": {
      const adapter = findWebGl(gpuJs);
      if ("reason" in adapter) return adapter;
      return onDevice(mode, gpuJs, webGl, adapter, { ...versions, gl: adapter.version });
    }
    case "webasm":
      if (!gpuJs.GPU.isWebAssemblySupported) {
        return { reason: "There is no WebAssembly here.", fix: "use gpujs:cpu" };
      }
      return {
        mode,
        gpuJs,
        description: { device: "webasm: cpu", ...onCpu },
        // Its vectorised kernels keep integers in floats, which know no odd index past this (README).
        capabilities: capabilities(2 ** 24, ieee, true),
        emulated: false,
      };
    case "cpu":
      return {
        mode,
        gpuJs,
        description: { device: "cpu: JavaScript", ...onCpu },
        capabilities: capabilities(2 ** 31 - 1, ieee, true),
        emulated: false,
      };
  }
}

function onDevice(
  mode: Mode,
  gpuJs: GpuJs,
  device: Device,
  adapter: { readonly device: string; readonly software: boolean; readonly maxElements: number },
  versions: BackendDescription["versions"],
): Runnable {
  const { software, maxElements } = adapter;
  return {
    mode,
    gpuJs,
    device,
    description: { device: `${mode}: ${adapter.device}`, threads: 1, software, versions },
    capabilities: capabilities(maxElements, shader, false),
    emulated: software,
  };
}

/** What the language that a mode compiles to says of its own operations. */
interface Arithmetic {
  readonly div: number;
  readonly sqrt: number;
  /** Smallest error of a result so small that it is rounded, or flushed to zero. */
  readonly absolute: number;
}

/**
 * WGSL, and GLSL 4.60 (4.7.1), to which ANGLE takes GLSL ES: 2.5 ulps for a quotient; a square root is
 * 1/inverseSqrt(x), which has 2. An ulp is up to 2u.
 */
const shader: Arithmetic = { div: 5, sqrt: 9, absolute: 2 ** -126 };
const ieee: Arithmetic = { div: 1, sqrt: 1, absolute: 2 ** -149 };

function capabilities(
  maxElements: number,
  { div, sqrt, absolute }: Arithmetic,
  subnormals: boolean,
): Capabilities {
  const within = (ulps: number): Accuracy => ({ ulps, absolute });
  return {
    dtypes: ["float32"],
    sparse: false,
    deterministic: true,
    subnormals,
    maxElements,
    // exp, log, log1p, expm1 and pow are our own (kernels/functions.ts).
    accuracy: {
      div: within(div),
      sqrt: within(sqrt),
      exp: within(4),
      expm1: within(6),
      log: within(4),
      log1p: within(6),
      pow: within(512),
    },
  };
}
