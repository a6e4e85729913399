import { env } from "node:process";
import { describeBackend } from "@nonneg/conformance";
import { provider } from "@nonneg/backend-blas";

const library = env["NONNEG_BLAS"] ? { library: env["NONNEG_BLAS"] } : {};

await describeBackend(provider, { threads: 1, ...library });
await describeBackend(provider, { threads: 2, ...library });
