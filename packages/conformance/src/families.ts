import { contractFamily } from "./cases/contract.js";
import { coordinateSweepFamily } from "./cases/coordinate-sweep.js";
import { divergenceFamily } from "./cases/divergence.js";
import { divergenceValuesFamily, wideDivergenceFamily } from "./cases/divergence-values.js";
import { elementwiseFamily } from "./cases/elementwise.js";
import { errorsFamily } from "./cases/errors.js";
import { gramFamily } from "./cases/gram.js";
import { matmulFamily } from "./cases/matmul.js";
import { matmulValuesFamily } from "./cases/matmul-values.js";
import { memoryFamily } from "./cases/memory.js";
import { mixedDtypesFamily } from "./cases/mixed-dtypes.js";
import { nnlsFamily } from "./cases/nnls.js";
import { offersFamily } from "./cases/offers.js";
import { reduceFamily } from "./cases/reduce.js";
import { scaleByRatioFamily } from "./cases/scale-by-ratio.js";
import { sparseFamily } from "./cases/sparse.js";
import { specialValuesFamily } from "./cases/special-values.js";
import { startsFamily } from "./cases/starts.js";
import { stationarityFamily } from "./cases/stationarity.js";
import { transferFamily } from "./cases/transfer.js";
import { wholeFitsFamily } from "./cases/whole-fits.js";
import type { Families } from "./context.js";
import { theoremsFamily } from "./theorems/index.js";

/** The optional kernels; over the three verbs alone the same cases hold core's compositions to the same bounds. */
const kernels: Families = {
  gram: gramFamily,
  scaleByRatio: scaleByRatioFamily,
  stationarity: stationarityFamily,
  divergence: divergenceFamily,
  "divergence of hostile values": divergenceValuesFamily,
  coordinateSweep: coordinateSweepFamily,
  nnls: nnlsFamily,
};

/** Everything a backend is held to. A new family adds one line here and runs on every backend. */
export const families: Families = {
  // First what needs nothing else, then verb by verb, then what needs them all.
  "upload and download": transferFamily,
  elementwise: elementwiseFamily,
  "special values": specialValuesFamily,
  reduce: reduceFamily,
  matmul: matmulFamily,
  "matmul of hostile values": matmulValuesFamily,
  "mixed dtypes": mixedDtypesFamily,
  contract: contractFamily,
  memory: memoryFamily,
  errors: errorsFamily,
  sparse: sparseFamily,
  ...kernels,
  "divergence in float64": wideDivergenceFamily,
  theorems: theoremsFamily,
  "whole fits": wholeFitsFamily,
  "starts and batches": startsFamily,
  "what is offered": offersFamily,
};

/** Those that use optional kernels: they run again over the three verbs alone. */
export const familiesOfVerbs: Families = { ...kernels, theorems: theoremsFamily };
