import { describeBackend } from "@nonneg/conformance";
import { provider } from "../src/index.js";

await describeBackend(provider, { mode: "cpu" });
