import { elementwiseFamily } from "./cases/elementwise.js";
import { matmulFamily } from "./cases/matmul.js";
import { reduceFamily } from "./cases/reduce.js";
import { specialValuesFamily } from "./cases/special-values.js";
import type { Families } from "./context.js";

/** Everything a backend is held to. A new family adds one line here and runs on every backend. */
export const families: Families = {
  matmul: matmulFamily,
  elementwise: elementwiseFamily,
  "special values": specialValuesFamily,
  reduce: reduceFamily,
};

/** Those that use optional kernels: they run again over the three verbs alone. */
export const familiesOfVerbs: Families = {};
