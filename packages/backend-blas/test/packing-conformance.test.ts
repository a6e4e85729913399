/** The whole suite again with products that the library packs, as it does where it has no kernels for small ones. */
import { describeBackend } from "@nonneg/conformance";
import { provider } from "@nonneg/backend-blas";
import { openBackend } from "../dist/provider.js";
import { fromEnvironment } from "./when-available.js";

await describeBackend(
  { ...provider, name: "blas", create: (options) => openBackend(options, { small: false }) },
  { threads: 2, runs: 5, ...fromEnvironment },
);
