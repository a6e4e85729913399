/**
 * The proofs of D. D. Lee and H. S. Seung, Algorithms for Non-negative Matrix Factorization,
 * NIPS 13 (2001), as functions of one column v ≈ Wh, in float64 on the host. Each names its equation.
 */
export * from "./additive-divergence.js";
export * from "./additive-euclidean.js";
export * from "./beta-auxiliary.js";
export * from "./beta-cost.js";
export { type Column, combine, correlate, type Vector } from "./column.js";
export * from "./curvature-gap.js";
export * from "./curvature.js";
export * from "./divergence-auxiliary.js";
export * from "./divergence-cost.js";
export * from "./divergence-minimiser.js";
export * from "./euclidean-auxiliary.js";
export * from "./euclidean-cost.js";
export * from "./euclidean-minimiser.js";
export * from "./kullback-leibler.js";
export * from "./penalised-auxiliary.js";
export * from "./perron-frobenius.js";
export * from "./responsibilities.js";
