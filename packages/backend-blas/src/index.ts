export { defaultCacheDirectory } from "@nonneg/setup";
export { provider } from "./provider.js";
export { setup, type SetupOptions, type SetupProgress, type SetupResult } from "./setup/setup.js";
