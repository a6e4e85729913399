/** The cases as data: computations with their inputs, their error bounds and their flops, for benchmarks. */
export * from "../context.js";
export { type Model, model, type Recipe } from "../models.js";
export { threeVerbs } from "../three-verbs.js";
export { type Approximate, check, compare, type Sample } from "../sample.js";
export { contextOf, type SuiteOptions } from "../suite.js";
export { coordinateSweepSample } from "./coordinate-sweep.js";
export { divergenceSample, divergenceTermsSample } from "./divergence.js";
export { elementwiseSample } from "./elementwise.js";
export { gramSample } from "./gram.js";
export { matmulSample } from "./matmul.js";
export { nnlsSample } from "./nnls.js";
export { reduceSample } from "./reduce.js";
export { scaleByRatioSample } from "./scale-by-ratio.js";
export { stationaritySample } from "./stationarity.js";
export { sampledMatmulSample } from "./sparse.js";
