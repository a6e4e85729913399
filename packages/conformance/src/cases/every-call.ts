import type { Context } from "../context.js";
import { dense, sparse } from "../data.js";
import { model, type Recipe } from "../models.js";
import type { Sample } from "../sample.js";
import { coordinateSweepSample, halfStepProblem } from "./coordinate-sweep.js";
import { divergenceSample, divergenceTermsSample } from "./divergence.js";
import { elementwiseSample } from "./elementwise.js";
import { gramSample } from "./gram.js";
import { matmulSample } from "./matmul.js";
import { nnlsSample } from "./nnls.js";
import { axes, reduceSample } from "./reduce.js";
import { scaleByRatioSample } from "./scale-by-ratio.js";
import { sampledMatmulSample } from "./sparse.js";
import { stationaritySample } from "./stationarity.js";

/** Every verb and kernel once or more, on operands that every one of them could be tempted to keep or to change. */
export function everyCall(context: Context): readonly Sample[] {
  const { dtype, capabilities } = context;
  const a = dense(17, 9, dtype, "positive", 1);
  const b = dense(17, 9, dtype, "positive", 2);
  const row = dense(1, 9, dtype, "positive", 3);
  const square = dense(9, 9, dtype, "positive", 4);
  const recipe: Recipe = {
    size: [17, 5, 9],
    format: "dense",
    weights: "none",
    kind: "positive",
    fit: "far",
    seed: 5,
  };
  const at = model(dtype, recipe);
  const weighted = model(dtype, { ...recipe, weights: "general" });
  const swept = halfStepProblem(context, [17, 5, 9], "W", "positive", 6);
  const sweep = { factor: "W", l1: 0.1, l2: 0.1 } as const;

  const calls = [
    matmulSample(context, a, b, { transA: true, transB: false }),
    matmulSample(context, a, b, { transA: false, transB: true }),
    matmulSample(context, a, square, { transA: false, transB: false }),
    matmulSample(context, dense(1, 1, dtype, "positive", 1), row, { transA: false, transB: false }),
    elementwiseSample(context, "add", [a, 0]),
    elementwiseSample(context, "mul", [a, 1]),
    elementwiseSample(context, "mul", [b, row]),
    elementwiseSample(context, "div", [a, b]),
    elementwiseSample(context, "sub", [a, b]),
    elementwiseSample(context, "pow", [a, 1]),
    elementwiseSample(context, "max", [a, 0]),
    elementwiseSample(context, "abs", [a]),
    elementwiseSample(context, "sqrt", [a]),
    elementwiseSample(context, "log", [a]),
    elementwiseSample(context, "select", [1, a, b]),
    elementwiseSample(context, "select", [a, b, 0]),
    ...axes.map((axis) => reduceSample(context, "sum", a, axis)),
    reduceSample(context, "max", row, "rows"),
    reduceSample(context, "sum", row, "rows"),
    gramSample(context, a, "AtA"),
    gramSample(context, a, "AAt"),
    scaleByRatioSample(context, a, b, row, 1),
    scaleByRatioSample(context, a, a, a, 0.5),
    stationaritySample(context, "H", a, b, row, dense(1, 17, dtype, "positive", 7)),
    stationaritySample(context, "W", a, a, b, dense(9, 1, dtype, "positive", 8)),
    coordinateSweepSample(context, swept.x, swept.gram, swept.cross, sweep),
    nnlsSample(context, [5, 9], "H", 7),
    ...[0.5, 1, 2].flatMap((beta) => [
      divergenceTermsSample(context, beta, at, "none", "H", "dense"),
      divergenceTermsSample(context, beta, weighted, "general", "W", "dense, weights"),
      divergenceSample(context, beta, at, "none", "dense"),
      divergenceSample(context, beta, weighted, "general", "dense, weights"),
    ]),
  ];
  if (!capabilities.sparse) return calls;

  const v = sparse(17, 9, dtype, "positive", 6, 0.5);
  const stored = model(dtype, { ...recipe, format: "csr" });
  const observed = model(dtype, { ...recipe, format: "csr", weights: "binary" });
  return [
    ...calls,
    matmulSample(context, v, square, { transA: false, transB: false }),
    matmulSample(context, a, v, { transA: true, transB: false }),
    sampledMatmulSample(context, v, at.w, at.h),
    ...axes.map((axis) => reduceSample(context, "sum", v, axis)),
    ...[1, 2].flatMap((beta) => [
      divergenceTermsSample(context, beta, stored, "none", "W", "CSR"),
      divergenceSample(context, beta, stored, "none", "CSR"),
    ]),
    divergenceTermsSample(context, 0.5, observed, "binary", "H", "CSR, weights"),
    divergenceSample(context, 0, observed, "binary", "CSR, weights"),
  ];
}
