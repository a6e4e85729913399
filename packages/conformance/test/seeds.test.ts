import { createJsBackend } from "@nonneg/backend-js";
import { suite } from "@nonneg/conformance";
import { describe, test } from "vitest";

/**
 * Cases that draw from their seed, under a hundred seeds. There are some two thousand, nearly all
 * theorems; a seed runs one in `STRIDE` of those, so that each is seen by eight seeds.
 * NONNEG_ALL_SEEDS=1 runs every case under every seed: minutes.
 */
const SEEDS = 100;
const STRIDE = process.env["NONNEG_ALL_SEEDS"] ? 1 : 12;

describe(`backend-js passes under ${SEEDS} seeds`, () => {
  test.for(Array.from({ length: SEEDS }, (_, i) => 1000 + i))(
    "seed %i",
    { timeout: 600_000 },
    async (seed) => {
      const backend = createJsBackend();
      const options = { name: "js", seed, runs: 2, create: async () => createJsBackend() };
      for (const { cases } of suite(backend, options)) {
        const drawn = cases.filter(({ random }) => random);
        const chosen =
          drawn.length < 10 ? drawn : drawn.filter((_, i) => i % STRIDE === seed % STRIDE);
        for (const { run } of chosen) await run();
      }
      await backend[Symbol.asyncDispose]();
    },
  );
});
