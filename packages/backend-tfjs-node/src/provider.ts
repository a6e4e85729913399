import {
  type Availability,
  type BackendOptions,
  type BackendProvider,
  NonnegError,
  refusal,
  unknownMode,
} from "@nonneg/core";
import { capabilities, TfjsNodeBackend } from "./backend.js";
import { type Found, findTensorFlow, type Loaded, loadTensorFlow } from "./load.js";

const FIX = "nonneg setup tfjs-node";

/**
 * TensorFlow through @tensorflow/tfjs-node: the caller's own if it is installed with its addon, or what
 * `nonneg setup tfjs-node` left in the cache. Options: `threads` (the first load in a process decides),
 * `library` (directory of a built @tensorflow/tfjs-node). Neither installed nor loaded until asked for.
 */
export const provider: BackendProvider = {
  name: "tfjs-node",

  /** Loads TensorFlow's native library, and TensorFlow.js not yet. */
  async isAvailable(options?: BackendOptions): Promise<Availability> {
    const unknown = unknownMode("tfjs-node", options);
    if (unknown) return unknown;
    try {
      const description = describe(findTensorFlow(options));
      return { available: true, dtypes: capabilities.dtypes, ...description };
    } catch (error) {
      return { available: false, reason: reasonOf(error), fix: FIX };
    }
  },

  async create(options?: BackendOptions): Promise<TfjsNodeBackend> {
    const unknown = unknownMode("tfjs-node", options);
    if (unknown) throw refusal("tfjs-node", unknown);
    const loaded = load(options);
    // The caller may have turned to another backend of TensorFlow.js: operations run on the current one.
    if (loaded.tf.getBackend() !== "tensorflow") await loaded.tf.setBackend("tensorflow");
    return new TfjsNodeBackend(loaded.tf, describe(loaded));
  },
};

function load(options?: BackendOptions): Loaded {
  try {
    return loadTensorFlow(options);
  } catch (error) {
    throw new NonnegError(
      "NONNEG_BACKEND_UNAVAILABLE",
      `Backend "tfjs-node" is not available: ${reasonOf(error)}. To mend it: ${FIX}`,
      { cause: error },
    );
  }
}

/** Without the stack of modules that Node adds. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
}

function describe({ threads, tensorflow, tfjsNode }: Found) {
  const versions = { tensorflow, "tfjs-node": tfjsNode };
  return { device: "cpu", threads, software: false, versions };
}
