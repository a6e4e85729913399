/** Every optional kernel of the Backend interface, composed from the three verbs. */
export { coordinateSweep } from "./coordinate-sweep.js";
export { divergence } from "./divergence.js";
export { divergenceTerms } from "./divergence-terms.js";
export { gram } from "./gram.js";
export { nnls } from "./nnls.js";
export { scaleByRatio } from "./scale-by-ratio.js";
export { stationarity } from "./stationarity.js";
