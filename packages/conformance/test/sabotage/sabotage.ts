import { createJsBackend, type JsBackend, type JsHandle } from "@nonneg/backend-js";
import type { Backend, Dtype, HostArray, HostDense, HostSparse } from "@nonneg/core";

/** The reference backend with one defect, and the one case that must catch it. */
export interface Sabotage {
  readonly defect: string;
  readonly family: string;
  readonly dtype: Dtype;
  /** Name of the case, and what its message must say. */
  readonly caughtBy: string;
  readonly message: RegExp;
  readonly create: () => Backend;
}

/** Replaces members of a backend-js; `js` are its own, as they were. */
export type Break = (js: Whole, backend: JsBackend) => Partial<Backend<JsHandle>>;
type Whole = Required<Omit<Backend<JsHandle>, "nnls">>;

export function broken(change: Break): () => Backend {
  return () => {
    const backend = createJsBackend();
    return Object.assign(backend, change(whole(backend), backend));
  };
}

/** The methods of a backend, bound, so that they survive being replaced. */
function whole(backend: JsBackend): Whole {
  return {
    apiVersion: 1,
    name: backend.name,
    description: backend.description,
    capabilities: backend.capabilities,
    upload: backend.upload.bind(backend),
    uploadFrom: backend.uploadFrom.bind(backend),
    download: backend.download.bind(backend),
    release: backend.release.bind(backend),
    sync: backend.sync.bind(backend),
    matmul: backend.matmul.bind(backend),
    elementwise: backend.elementwise.bind(backend),
    reduce: backend.reduce.bind(backend),
    gram: backend.gram.bind(backend),
    scaleByRatio: backend.scaleByRatio.bind(backend),
    stationarity: backend.stationarity.bind(backend),
    divergenceTerms: backend.divergenceTerms.bind(backend),
    divergence: backend.divergence.bind(backend),
    coordinateSweep: backend.coordinateSweep.bind(backend),
    sampledMatmul: backend.sampledMatmul.bind(backend),
    [Symbol.asyncDispose]: backend[Symbol.asyncDispose].bind(backend),
  };
}

export const open = ({ handle }: { readonly handle: JsHandle }): HostDense =>
  handle.matrix as HostDense;
export const openSparse = ({ handle }: { readonly handle: JsHandle }): HostSparse =>
  handle.matrix as HostSparse;

/** The numbers of a matrix, to tamper with. */
export function valuesOf(handle: JsHandle): HostArray {
  const matrix = handle.matrix!;
  return "indptr" in matrix ? matrix.values : matrix.data;
}

/** A result with some of its numbers changed. */
export function tampered(
  handle: JsHandle,
  change: (value: number, index: number) => number,
): JsHandle {
  const values = valuesOf(handle);
  values.forEach((value, i) => (values[i] = change(value, i)));
  return handle;
}
