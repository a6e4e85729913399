import type { Backend } from "@nonneg/core";

/**
 * The same backend without its optional kernels, as if its author had stopped at the three verbs
 * (and `sampledMatmul`, which has no composition).
 */
export function threeVerbs<H>(backend: Backend<H>): Backend<H> {
  return {
    apiVersion: backend.apiVersion,
    name: backend.name,
    description: backend.description,
    capabilities: backend.capabilities,
    upload: (out, data) => backend.upload(out, data),
    download: (operands) => backend.download(operands),
    release: (handle) => backend.release(handle),
    sync: () => backend.sync(),
    matmul: (out, a, b, options) => backend.matmul(out, a, b, options),
    elementwise: (out, op, operands) => backend.elementwise(out, op, operands),
    reduce: (out, op, a, axis) => backend.reduce(out, op, a, axis),
    ...(backend.sampledMatmul && { sampledMatmul: backend.sampledMatmul.bind(backend) }),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}
