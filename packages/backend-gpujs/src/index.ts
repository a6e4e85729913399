export { GpujsBackend, type GpujsHandle } from "./backend.js";
export { provider } from "./provider.js";
