export { createJsBackend, type JsBackend, type JsHandle } from "./backend.js";
export { provider } from "./provider.js";
