import type { BackendProvider } from "@nonneg/core";
import { createJsBackend, description } from "./backend.js";

/** The backend "js": plain JavaScript, available wherever this code runs. */
export const provider: BackendProvider = {
  name: "js",
  async isAvailable() {
    return { available: true, dtypes: ["float32", "float64"], ...description };
  },
  async create() {
    return createJsBackend();
  },
};
