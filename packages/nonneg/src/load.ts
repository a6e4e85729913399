import type { BasisModel } from "./model.js";

/**
 * Reads a model that `save` wrote. Node only.
 * @throws NonnegError NONNEG_IO, NONNEG_PARSE, NONNEG_UNSUPPORTED (no files here)
 */
export async function load(directory: string): Promise<BasisModel> {
  const { loadModel } = await import("#files");
  return loadModel(directory);
}
