import type { MatrixInfo, Operand } from "@nonneg/core";
import { type GpujsBackend, type GpujsHandle, provider } from "../src/index.js";

/** The modes that run on this machine; that those which are required do is for the conformance test to say. */
export async function runnableModes(): Promise<string[]> {
  const found: string[] = [];
  for (const mode of ["webgpu", "headlessgl", "webasm", "cpu"]) {
    if ((await provider.isAvailable({ mode })).available) found.push(mode);
  }
  return found;
}

export async function open(mode: string): Promise<GpujsBackend> {
  return (await provider.create({ mode })) as GpujsBackend;
}

export function info(rows: number, cols: number): MatrixInfo {
  return { rows, cols, dtype: "float32", format: "dense" };
}

export function operand(rows: number, cols: number, handle: GpujsHandle): Operand<GpujsHandle> {
  return { ...info(rows, cols), handle };
}

export function upload(
  backend: GpujsBackend,
  rows: number,
  cols: number,
  values: ArrayLike<number>,
): Operand<GpujsHandle> {
  return operand(rows, cols, backend.upload(info(rows, cols), Float32Array.from(values)));
}

/** A small generator of its own (mulberry32): tests that fail must fail again. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
