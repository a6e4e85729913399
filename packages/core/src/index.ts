import "./dispose.js";

export * from "./backend.js";
export * as compositions from "./compositions/index.js";
export * from "./errors.js";
export * from "./gradient.js";
export * from "./host-matrix.js";
export * from "./linalg.js";
export * from "./matrix.js";
export * from "./rules/index.js";
