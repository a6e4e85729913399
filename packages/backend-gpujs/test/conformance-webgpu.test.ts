import { describeBackend } from "@nonneg/conformance";
import { provider } from "../src/index.js";

// A file for each mode, so that they run beside one another.
await describeBackend(provider, { mode: "webgpu" });
