import { defineConfig } from "vitest/config";

// A process of its own: TensorFlow is one per process, and its addon is not made for worker threads.
export default defineConfig({ test: { pool: "forks", testTimeout: 60_000 } });
