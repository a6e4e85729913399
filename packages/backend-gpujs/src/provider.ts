import {
  type BackendOptions,
  type BackendProvider,
  refusal,
  type Unavailable,
  unknownMode,
} from "@nonneg/core";
import { GpujsBackend } from "./backend.js";
import { modes, probe, type Runnable } from "./modes.js";

/**
 * The backend "gpujs": the mode that is named, or the first of `modes` that a real device serves,
 * then the first that an emulated one does.
 */
export const provider: BackendProvider = {
  name: "gpujs",
  async isAvailable(options) {
    const found = await find(options);
    if ("reason" in found) return found;
    return { available: true, dtypes: found.capabilities.dtypes, ...found.description };
  },
  async create(options) {
    const found = await find(options);
    if ("reason" in found) throw refusal("gpujs", found);
    return GpujsBackend.open(found);
  },
};

async function find(options?: BackendOptions): Promise<Runnable | Unavailable> {
  const unknown = unknownMode("gpujs", options, modes);
  if (unknown) return unknown;
  const wanted = modes.filter((mode) => mode === (options?.mode ?? mode));
  let emulated: Runnable | undefined;
  let missing: Unavailable | undefined;
  for (const mode of wanted) {
    const found = await probe(mode);
    if ("reason" in found) missing ??= { available: false, ...found };
    else if (!found.emulated) return found;
    else emulated ??= found;
  }
  return emulated ?? missing!;
}
