import type { WebGl } from "./headless-gl.js";

/** What is used of gpu.js, typed after its source: its own declarations lag behind it. */

/** A result that stays on the device: a texture or a buffer. */
export interface DeviceArray {
  toArray(): Float32Array | Promise<Float32Array>;
  delete(): void;
}

/** What kernels take and give: device memory or, in the modes that have none, the host's. */
export type Value = DeviceArray | Float32Array;

export interface GpuKernel {
  (...values: unknown[]): Value | Promise<Value>;
  setOutput(size: readonly number[]): void;
  /** The implementation behind the function, of the mode that runs. */
  readonly kernel: unknown;
}

export interface Gpu {
  createKernel(source: string, settings: Readonly<Record<string, unknown>>): GpuKernel;
  destroy(): Promise<void>;
}

export interface GpuJs {
  readonly GPU: {
    new (settings: { readonly mode: string }): Gpu;
    readonly isHeadlessGLSupported: boolean;
    readonly isWebAssemblySupported: boolean;
  };
  /** Of mode "headlessgl". Both are null where it is not supported. */
  readonly HeadlessGLKernel: {
    readonly testContext: WebGl;
    readonly features: {
      readonly isTextureFloat: boolean;
      readonly isFloatRead: boolean;
      readonly maxTextureSize: number;
      readonly highFloatPrecision: { readonly precision: number };
      /** `rangeMax`: log2 of the largest integer. */
      readonly highIntPrecision: { readonly rangeMax: number };
    };
  };
  input(data: Float32Array, size: readonly number[]): unknown;
}
