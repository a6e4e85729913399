import { matmulFamily } from "./cases/matmul.js";
import type { Families } from "./context.js";

/** Everything a backend is held to. A new family adds one line here and runs on every backend. */
export const families: Families = {
  matmul: matmulFamily,
};

/** Those that use optional kernels: they run again over the three verbs alone. */
export const familiesOfVerbs: Families = {};
