export { defaultCacheDirectory } from "./cache.js";
export { provider } from "./provider.js";
