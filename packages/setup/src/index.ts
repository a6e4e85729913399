export { defaultCacheDirectory } from "./cache.js";
export { install } from "./install.js";
export { machine } from "./machine.js";
export { type SetupProgress, whileWatching } from "./progress.js";
export { run } from "./run.js";
export { unzip } from "./unzip.js";
export { fetchWheel, type Wheel } from "./wheel.js";
