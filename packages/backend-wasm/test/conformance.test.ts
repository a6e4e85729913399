import { describeBackend } from "@nonneg/conformance";
import { provider } from "@nonneg/backend-wasm";

await describeBackend(provider, { threads: 1 });
await describeBackend(provider, { threads: 2 });
