/** What the binary exports, and the numbers by which operations are named to it. */
import type { ElementwiseOp, ReduceOp } from "@nonneg/core";

/** Kernels that run in chunks: their last arguments are begin, end and the thread's scratch memory. */
export const kernelNames = [
  "gemm",
  "addSlabs",
  "elementwise",
  "convert",
  "padRows",
  "unpadRows",
  "reducePieces",
  "reduceRows",
  "reduceSegments",
  "gather",
  "sparseProduct",
  "sampledProduct",
  "sparseRatios",
  "sparseLoss",
  "packB",
  "denseTermsH",
  "denseTermsW",
  "denseLoss",
  "ratios",
  "coordinateSweep",
  "stationarity",
] as const;

export type KernelName = (typeof kernelNames)[number];
export type Kernels = Readonly<
  Record<KernelName | "buildColumns" | "ratioRows", (...args: number[]) => void>
>;

/** In the order of assembly/elementwise.ts. */
export const elementwiseOps = [
  "add",
  "sub",
  "mul",
  "div",
  "min",
  "max",
  "pow",
  "lessEqual",
  "equal",
  "sqrt",
  "abs",
  "exp",
  "log",
  "log1p",
  "expm1",
  "select",
] as const satisfies readonly ElementwiseOp[];

/** Numbers of the multiplicative step in assembly/elementwise.ts, by exponent: 1, ½, any. */
export const stepOps = { linear: 16, root: 17, power: 18 } as const;

/** In the order of assembly/reduce.ts. */
export const reduceOps = ["sum", "min", "max"] as const satisfies readonly ReduceOp[];

/** Scratch bytes of each thread: two packed blocks of 256 × 256 float64 entries and a margin. */
export const threadScratch = 1_280 * 1024;

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as Kernels;
}
