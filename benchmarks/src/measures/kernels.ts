/** Each kernel of the interface on random operands, as a case of the conformance suite. */
import type { BinaryOp, HostDense, HostMatrix } from "@nonneg/core";
import {
  type Context,
  coordinateSweepSample,
  divergenceSample,
  divergenceTermsSample,
  elementwiseSample,
  gramSample,
  matmulSample,
  type Model,
  reduceSample,
  sampledMatmulSample,
  type Sample,
  scaleByRatioSample,
} from "@nonneg/conformance/cases";
import { uniform } from "@nonneg/core";
import { Failure } from "../job.js";
import type { KernelCase } from "../study.js";

export function sampleOf(context: Context, given: KernelCase): Sample {
  const { m = 1000, k = 20, n = 1000, density, transA = false, transB = false } = given;
  const { op = "mul", axis = "all", beta = 1, factor = "H" } = given;
  const dense = (rows: number, cols: number, stream: number) =>
    denseOf(context, rows, cols, stream);
  const V = (): HostMatrix =>
    density === undefined ? dense(m, n, 1) : sparseOf(context, m, n, density);
  const model = (): Model => ({ v: V(), w: dense(m, k, 2), h: dense(k, n, 3), weights: undefined });
  switch (given.kernel) {
    case "matmul": {
      const a = transA ? dense(k, m, 1) : dense(m, k, 1);
      const b = transB ? dense(n, k, 2) : dense(k, n, 2);
      // A sparse V (m×n) times a dense n×k, or its transpose times m×k.
      if (density !== undefined)
        return matmulSample(context, V(), dense(transA ? m : n, k, 2), { transA, transB: false });
      return matmulSample(context, a, b, { transA, transB });
    }
    case "gram":
      return gramSample(context, dense(m, k, 1), "AtA");
    case "elementwise":
      return elementwiseSample(context, op as BinaryOp, [dense(m, n, 1), dense(m, n, 2)]);
    case "reduce":
      return reduceSample(context, "sum", V(), axis);
    case "scaleByRatio":
      return scaleByRatioSample(context, dense(m, n, 1), dense(m, n, 2), dense(m, n, 3), 1);
    case "divergenceTerms":
      return divergenceTermsSample(context, beta, model(), "none", factor, given.name);
    case "divergence":
      return divergenceSample(context, beta, model(), "none", given.name);
    case "coordinateSweep": {
      const gram = dense(k, k, 4);
      for (let a = 0; a < k; a++) gram.data[a * k + a]! += k;
      return coordinateSweepSample(context, dense(k, n, 5), gram, dense(k, n, 6), {
        factor: "H",
        l1: 0,
        l2: 0,
      });
    }
    case "sampledMatmul": {
      const v = V();
      if (!("indptr" in v)) throw new Failure("unsupported", "sampledMatmul needs a density");
      return sampledMatmulSample(context, v, dense(m, k, 2), dense(k, n, 3));
    }
    default:
      throw new Failure("unsupported", `kernel ${given.kernel} is unknown`);
  }
}

const allocate = (context: Context, length: number) =>
  context.dtype === "float64" ? new Float64Array(length) : new Float32Array(length);

function denseOf(context: Context, rows: number, cols: number, stream: number): HostDense {
  const data = allocate(context, rows * cols);
  for (let p = 0; p < data.length; p++) data[p] = uniform(1, stream, p, 0);
  return { rows, cols, data };
}

function sparseOf(context: Context, rows: number, cols: number, density: number): HostMatrix {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) if (uniform(1, 7, i, j) < density) indices.push(j);
    indptr[i + 1] = indices.length;
  }
  const values = allocate(context, indices.length).map((_, p) => uniform(1, 8, p, 0));
  return { rows, cols, indptr, indices: Int32Array.from(indices), values };
}
