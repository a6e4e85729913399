import {
  type Availability,
  type BackendOptions,
  type BackendProvider,
  NonnegError,
} from "@nonneg/core";
import { capabilities, TfjsNodeBackend } from "./backend.js";
import { type Loaded, loadTensorFlow } from "./load.js";

const FIX = "nonneg setup tfjs-node";

/**
 * TensorFlow through @tensorflow/tfjs-node: the caller's own if it is installed with its addon, or what
 * `nonneg setup tfjs-node` left in the cache. Options: `threads` (the first load in a process decides),
 * `library` (directory of a built @tensorflow/tfjs-node). Neither installed nor loaded until asked for.
 */
export const provider: BackendProvider = {
  name: "tfjs-node",

  async isAvailable(options?: BackendOptions): Promise<Availability> {
    try {
      const description = describe(loadTensorFlow(options));
      return { available: true, dtypes: capabilities.dtypes, ...description };
    } catch (error) {
      return {
        available: false,
        reason: error instanceof Error ? error.message : String(error),
        fix: FIX,
      };
    }
  },

  async create(options?: BackendOptions): Promise<TfjsNodeBackend> {
    const availability = await this.isAvailable(options);
    if (!availability.available) {
      throw new NonnegError(
        "NONNEG_BACKEND_UNAVAILABLE",
        `Backend "tfjs-node" is not available: ${availability.reason}. To mend it: ${availability.fix}`,
      );
    }
    const loaded = loadTensorFlow();
    // The caller may have turned to another backend of TensorFlow.js: operations run on the current one.
    if (loaded.tf.getBackend() !== "tensorflow") await loaded.tf.setBackend("tensorflow");
    return new TfjsNodeBackend(loaded.tf, describe(loaded));
  },
};

function describe({ tf, threads, tensorflow }: Loaded) {
  const versions = { tensorflow, "tfjs-node": tf.version["tfjs-node"] ?? "unknown" };
  return { device: "cpu", threads, software: false, versions };
}
