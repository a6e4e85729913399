import { describeBackend } from "@nonneg/conformance";
import { provider } from "./index.js";

await describeBackend(provider);
