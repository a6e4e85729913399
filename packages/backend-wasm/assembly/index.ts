export { gemm, addSlabs } from "./gemm";
export { elementwise } from "./elementwise";
export { convert, padRows, unpadRows } from "./convert";
export { reducePieces, reduceRows, reduceSegments } from "./reduce";
export { buildColumns, gather } from "./csc";
export { sparseProduct, sampledProduct } from "./spmm";
