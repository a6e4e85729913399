import type { Backend } from "@nonneg/core";
import { demand } from "./failure.js";

/** A backend, and how many of the handles that it gave out are not released yet. */
export interface Watched<H> {
  readonly backend: Backend<H>;
  readonly live: () => number;
}

/** The same backend, every handle that it returns and every release seen and counted. */
export function watched<H>(inner: Backend<H>): Watched<H> {
  const live = new Set<H>();
  const fresh = (handle: H, from: string): H => {
    demand(
      !live.has(handle),
      `${from} returned a handle that is in use: handles must always be new.`,
    );
    live.add(handle);
    return handle;
  };
  const both = <K extends string>(handles: Record<K, H>, from: string): Record<K, H> => {
    for (const handle of Object.values<H>(handles)) fresh(handle, from);
    return handles;
  };
  const backend: Backend<H> = {
    apiVersion: inner.apiVersion,
    name: inner.name,
    description: inner.description,
    capabilities: inner.capabilities,
    upload: (...given) => fresh(inner.upload(...given), "upload"),
    download: (operands) => inner.download(operands),
    release(handle) {
      demand(live.delete(handle), "A handle was released twice, or never given out.");
      inner.release(handle);
    },
    sync: () => inner.sync(),
    matmul: (...given) => fresh(inner.matmul(...given), "matmul"),
    elementwise: (...given) => fresh(inner.elementwise(...given), "elementwise"),
    reduce: (...given) => fresh(inner.reduce(...given), "reduce"),
    ...(inner.uploadFrom && {
      uploadFrom: (...given) => fresh(inner.uploadFrom!(...given), "uploadFrom"),
    }),
    ...(inner.gram && { gram: (...given) => fresh(inner.gram!(...given), "gram") }),
    ...(inner.scaleByRatio && {
      scaleByRatio: (...given) => fresh(inner.scaleByRatio!(...given), "scaleByRatio"),
    }),
    ...(inner.divergenceTerms && {
      divergenceTerms: (...given) => both(inner.divergenceTerms!(...given), "divergenceTerms"),
    }),
    ...(inner.divergence && {
      divergence: (...given) => both(inner.divergence!(...given), "divergence"),
    }),
    ...(inner.stationarity && {
      stationarity: (...given) => both(inner.stationarity!(...given), "stationarity"),
    }),
    ...(inner.coordinateSweep && {
      coordinateSweep: (...given) => fresh(inner.coordinateSweep!(...given), "coordinateSweep"),
    }),
    ...(inner.nnls && { nnls: (...given) => fresh(inner.nnls!(...given), "nnls") }),
    ...(inner.sampledMatmul && {
      sampledMatmul: (...given) => fresh(inner.sampledMatmul!(...given), "sampledMatmul"),
    }),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
  return { backend, live: () => live.size };
}
