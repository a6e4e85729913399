import { provider } from "@nonneg/backend-js";
import { describeBackend } from "@nonneg/conformance";

await describeBackend(provider);
