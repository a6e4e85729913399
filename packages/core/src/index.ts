import "./dispose.js";

export * from "./backend.js";
export * as compositions from "./compositions/index.js";
export * from "./errors.js";
export { factorize } from "./factorize.js";
export * from "./gradient.js";
export * from "./host-matrix.js";
export { inspect, type Statistics } from "./inspect.js";
export * from "./linalg.js";
export * from "./losses.js";
export * from "./matrix.js";
export type { Missing } from "./observe.js";
export type { FactorizeOptions, TransformOptions } from "./options.js";
export { philox, uniform } from "./random.js";
export * from "./result.js";
export * from "./rules/index.js";
export * from "./select-backend.js";
export { type Samples, transform } from "./transform.js";
