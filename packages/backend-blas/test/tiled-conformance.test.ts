/** The whole suite again with nearly every matrix large, in tiles and buffers smaller than it. */
import { describeBackend } from "@nonneg/conformance";
import { provider } from "@nonneg/backend-blas";
import { openBackend } from "../dist/provider.js";
import { fromEnvironment } from "./when-available.js";

const sizes = { large: 1024, tile: 16_384, array: 6000 };

await describeBackend(
  { ...provider, name: "blas", create: (options) => openBackend(options, { sizes }) },
  { threads: 1, runs: 5, ...fromEnvironment },
);
