import { type BackendProvider, refusal, unknownMode } from "@nonneg/core";
import { createJsBackend, description } from "./backend.js";

/** The backend "js": plain JavaScript, available wherever this code runs. */
export const provider: BackendProvider = {
  name: "js",
  async isAvailable(options) {
    return (
      unknownMode("js", options) ?? {
        available: true,
        dtypes: ["float32", "float64"],
        ...description,
      }
    );
  },
  async create(options) {
    const unknown = unknownMode("js", options);
    if (unknown) throw refusal("js", unknown);
    return createJsBackend();
  },
};
