import { describeBackend } from "@nonneg/conformance";
import { provider } from "@nonneg/backend-blas";
import { fromEnvironment } from "./when-available.js";

await describeBackend(provider, { threads: 1, ...fromEnvironment });
await describeBackend(provider, { threads: 2, ...fromEnvironment });
