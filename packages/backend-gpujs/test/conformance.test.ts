import { describeBackend } from "@nonneg/conformance";
import { test } from "vitest";
import { provider } from "../src/index.js";

const modes = ["webgpu", "cpu"];

// gpu.js compiles WebAssembly anew for every size, and the suite has thousands: it runs where asked for by name.
if (process.env["NONNEG_REQUIRE_BACKENDS"]?.includes("gpujs:webasm")) modes.push("webasm");
else
  test.skip("gpujs:webasm takes many minutes: NONNEG_REQUIRE_BACKENDS=gpujs:webasm runs it", () =>
    undefined);

for (const mode of modes) {
  // An emulated GPU is slow, the more so beside other tests.
  await describeBackend(provider, { mode, timeout: 300_000 });
}
