import { describeBackend } from "@nonneg/conformance";
import { provider } from "../src/index.js";

for (const mode of ["webgpu", "webasm", "cpu"]) await describeBackend(provider, { mode });
