export { defaultCacheDirectory } from "@nonneg/setup";
export { provider } from "./provider.js";
export type { SetupProgress, SetupStage } from "./setup/progress.js";
export { setup, type SetupOptions, type SetupResult } from "./setup/setup.js";
