// For Node, which opens few files faster than many. Browsers and bundlers take the modules.
export default {
  input: { index: "dist/index.js", memory: "dist/memory.js", worker: "dist/worker.js" },
  platform: "node",
  external: /^[^./]/,
  output: { dir: "dist/node", format: "esm", chunkFileNames: "[name].js", sourcemap: true },
};
