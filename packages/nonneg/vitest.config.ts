import { defineConfig } from "vitest/config";

// Many tests start the command as a process of its own.
export default defineConfig({ test: { testTimeout: 120_000, pool: "forks" } });
