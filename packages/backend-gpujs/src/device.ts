import { NonnegError } from "@nonneg/core";
import type { DeviceArray, Value } from "./gpu-js.js";

/** What a mode that keeps matrices on a device adds to gpu.js. */
export interface Device {
  /** gpu.js's name of the type of a kernel's result, which the next kernel takes. */
  readonly matrix: string;
  /** Settings of every kernel. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Has a kernel give up what it keeps between calls. */
  letGo(kernel: unknown, result: Value): void;
  /** A copy on the host. */
  read(value: DeviceArray): Float32Array | Promise<Float32Array>;
  /** Watches the device of a result for errors that come after the call that caused them. */
  watch(result: Value): DeviceErrors;
}

export interface DeviceErrors {
  /** @throws NonnegError NONNEG_BACKEND_FAILED where there was one: what was computed since is worth nothing */
  check(): void;
  dispose(): void;
}

/** Whether an adapter of this name emulates a GPU. */
export function isSoftware(name: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|swrast|software|basic render/i.test(name);
}

/** The error of a device that failed at work after it had accepted it. */
export function failed(reason: string): NonnegError {
  return new NonnegError(
    "NONNEG_BACKEND_FAILED",
    `The device failed at work that it had accepted: ${reason}. ` +
      "Its matrices are lost: open the backend again, with less data if memory ran out.",
  );
}
