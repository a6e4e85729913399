import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

// Machines without a GPU test mode "webgpu" on the software adapter of Debian's chromium. The Vulkan
// loader reads the environment of the process, of which worker threads have only a copy.
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (existsSync(software)) process.env["VK_ICD_FILENAMES"] ??= software;

export default defineConfig({ test: { pool: "forks", testTimeout: 60_000 } });
