import { defineConfig } from "vitest/config";

// A process of its own: a BLAS and its number of threads belong to the process.
export default defineConfig({
  test: { pool: "forks", setupFiles: ["test/best-kernels.ts"], testTimeout: 60_000 },
});
