import { type BackendOptions, type BackendProvider, NonnegError } from "@nonneg/core";
import { GpujsBackend } from "./backend.js";
import type { Unavailable } from "./load.js";
import { type Mode, modes, probe, type Runnable } from "./modes.js";

/**
 * The backend "gpujs": the mode that is named, or the first of `modes` that a real device serves,
 * then the first that an emulated one does.
 */
export const provider: BackendProvider = {
  name: "gpujs",
  async isAvailable(options) {
    const found = await find(options);
    if ("reason" in found) return { available: false, ...found };
    return { available: true, dtypes: found.capabilities.dtypes, ...found.description };
  },
  async create(options) {
    const found = await find(options);
    if ("reason" in found) {
      throw new NonnegError(
        "NONNEG_BACKEND_UNAVAILABLE",
        `Backend "gpujs" is unavailable: ${found.reason} To mend it: ${found.fix}`,
      );
    }
    return GpujsBackend.open(found);
  },
};

async function find(options?: BackendOptions): Promise<Runnable | Unavailable> {
  const wanted = options?.mode;
  if (wanted !== undefined) {
    if (isMode(wanted)) return probe(wanted);
    return {
      reason: `gpu.js has no mode "${wanted}".`,
      fix: `use one of ${modes.map((mode) => `gpujs:${mode}`).join(", ")}`,
    };
  }
  let emulated: Runnable | undefined;
  let missing: Unavailable | undefined;
  for (const mode of modes) {
    const found = await probe(mode);
    if ("reason" in found) missing ??= found;
    else if (!found.emulated) return found;
    else emulated ??= found;
  }
  return emulated ?? missing!;
}

function isMode(name: string): name is Mode {
  return (modes as readonly string[]).includes(name);
}
