// Written by build.js: the compiled kernels, base64.

/** For every machine with SIMD and threads. */
export const plain: string;
