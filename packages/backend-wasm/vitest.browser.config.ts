import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

// The Chromium of the system; `NONNEG_CHROMIUM` names another. Playwright's own is never downloaded.
const executablePath =
  process.env["NONNEG_CHROMIUM"] ??
  ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));

// Shared memory, and with it threads, needs a page that is cross-origin isolated.
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const inChromium = (name: string, headers: Record<string, string>) => ({
  server: { headers },
  test: {
    include: ["test/browser/*.ts"],
    testTimeout: 300_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { args: ["--no-sandbox"], ...(executablePath && { executablePath }) },
      }),
      instances: [{ browser: "chromium" as const, name }],
    },
  },
});

export default defineConfig({
  test: {
    projects: [inChromium("chromium, isolated", isolated), inChromium("chromium", {})],
  },
});
