import { describeBackend } from "@nonneg/conformance";
import { provider } from "@nonneg/backend-wasm";
import { expect, test } from "vitest";

test("threads follow from the page's isolation", async () => {
  const backend = await provider.create({ threads: 2 });
  expect(backend.description.threads).toBe(crossOriginIsolated ? 2 : 1);
  await backend[Symbol.asyncDispose]();
});

// The same binary as in Node: every case, with fewer random runs of each.
await describeBackend(provider, { threads: 2, runs: 5 });
