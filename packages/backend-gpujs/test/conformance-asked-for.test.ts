import { describeBackend } from "@nonneg/conformance";
import { test } from "vitest";
import { provider } from "../src/index.js";

// Modes that take minutes, headlessgl on an emulated GPU and webasm, which compiles anew for every
// size, run where they are asked for by name.
const required = process.env["NONNEG_REQUIRE_BACKENDS"]?.split(",").map((one) => one.trim());

for (const mode of ["headlessgl", "webasm"]) {
  const name = `gpujs:${mode}`;
  if (required?.includes(name)) {
    await describeBackend(provider, { mode });
    continue;
  }
  const found = await provider.isAvailable({ mode });
  const why = found.available
    ? `it takes minutes: NONNEG_REQUIRE_BACKENDS=${name} runs it`
    : `${found.reason} Fix: ${found.fix}`;
  test.skip(`${name} was not asked for, and ${why}`, () => undefined);
}
