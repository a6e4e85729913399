import { createRuntime } from "@nonneg/backend-wasm/memory";
import {
  type Availability,
  type BackendDescription,
  type BackendOptions,
  type BackendProvider,
  refusal,
  unknownMode,
} from "@nonneg/core";
import { availableParallelism } from "node:os";
import { BlasBackend } from "./backend.js";
import { denseTermsBy } from "./dense-terms.js";
import { kernelsBy } from "./kernels.js";
import { type Library, loadLibrary } from "./library.js";
import { openGate } from "./loading-gate.js";
import { productBy } from "./product.js";
import { smallProducts } from "./small-products.js";
import { TiledBackend } from "./tiled/backend.js";
import type { Sizes } from "./tiled/workspace.js";
import type { WorkerProgramData } from "./worker.js";

/**
 * The machine's BLAS on backend-wasm's memory. Options: `library` (path or name of a shared library
 * with a CBLAS interface, and no other is looked for), `threads`. Else the first that loads and
 * multiplies correctly of Accelerate, MKL, OpenBLAS, BLIS, and what `setup` brought.
 */
export const provider: BackendProvider = {
  name: "blas",

  async isAvailable(options?: BackendOptions): Promise<Availability> {
    const unknown = unknownMode("blas", options);
    if (unknown) return unknown;
    try {
      const library = loadLibrary(options?.library);
      return {
        available: true,
        dtypes: ["float32", "float64"],
        ...describe(library, options?.threads ?? defaultThreads()),
      };
    } catch (error) {
      return {
        available: false,
        reason: error instanceof Error ? error.message : String(error),
        fix:
          options?.library === undefined
            ? "nonneg setup blas"
            : "name the path of a shared library with CBLAS (NONNEG_BLAS), or none: nonneg setup blas",
      };
    }
  },

  create: (options?: BackendOptions) => openBackend(options),
};

/** What tests turn to reach every path on every machine. */
export interface Paths {
  /** by which matrices are large, and cut; absent: `defaultSizes` */
  readonly sizes?: Sizes;
  /** false: no product is cut into small ones, whatever the library can do */
  readonly small?: boolean;
}

export async function openBackend(
  options?: BackendOptions,
  paths: Paths = {},
): Promise<TiledBackend> {
  const availability = await provider.isAvailable(options);
  if (!availability.available) throw refusal("blas", availability);
  const library = loadLibrary(options?.library);
  const small = paths.small === false ? undefined : smallProducts(library);
  const gate = openGate();
  const data: WorkerProgramData = { path: library.path, gate };
  const runtime = await createRuntime(
    { threads: options?.threads ?? defaultThreads() },
    {
      product: productBy(small),
      denseTerms: denseTermsBy(small),
      threads: {
        kernels: (memory, kernels) => kernelsBy(library.cblas, memory, kernels),
        worker: { url: new URL("./worker.js", import.meta.url), data },
      },
    },
  );
  const backend = new BlasBackend(runtime, describe(library, runtime.threads), library, gate);
  return new TiledBackend(backend, paths.sizes);
}

/** As many as backend-wasm takes. */
const defaultThreads = (): number => Math.min(16, availableParallelism());

function describe({ vendor, slowCore }: Library, threads: number): BackendDescription {
  return {
    device: "cpu",
    threads,
    software: false,
    versions: {
      [vendor.name]: vendor.version,
      ...(slowCore !== undefined && { OPENBLAS_CORETYPE: slowCore }),
      wasm: "simd",
    },
  };
}
