import { describeBackend } from "@nonneg/conformance";
import { test } from "vitest";
import { provider } from "../src/index.js";

const modes = ["webgpu", "cpu"];

// The suite has thousands of kernel calls: headlessgl is slow on an emulated GPU, and webasm compiles
// anew for every size. They run where they are asked for by name.
const required = process.env["NONNEG_REQUIRE_BACKENDS"]?.split(",").map((one) => one.trim());
for (const mode of ["headlessgl", "webasm"]) {
  const name = `gpujs:${mode}`;
  if (required?.includes(name)) {
    modes.push(mode);
    continue;
  }
  const found = await provider.isAvailable({ mode });
  const why = found.available
    ? `it takes minutes: NONNEG_REQUIRE_BACKENDS=${name} runs it`
    : `${found.reason} Fix: ${found.fix}`;
  test.skip(`${name} was not asked for, and ${why}`, () => undefined);
}

for (const mode of modes) {
  // An emulated GPU is slow, the more so beside other tests.
  await describeBackend(provider, { mode, timeout: 300_000 });
}
