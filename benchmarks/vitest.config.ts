import { defineConfig } from "vitest/config";

// Tests start studies, and studies start processes.
export default defineConfig({ test: { testTimeout: 300_000, pool: "forks" } });
