export { defaultCacheDirectory } from "./cache.js";
export { provider } from "./provider.js";
export type { SetupProgress } from "./setup/progress.js";
export { setup, type SetupOptions, type SetupResult } from "./setup/setup.js";
