import { describeBackend } from "@nonneg/conformance";
import { provider } from "../src/index.js";

// A file for each mode, so that they run beside one another.
// An emulated GPU takes minutes: every case, with fewer random runs of each.
await describeBackend(provider, { mode: "webgpu", runs: 5 });
