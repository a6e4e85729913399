import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const vitest = here("../node_modules/vitest/vitest.mjs");

/** Runs the fixture, whose backend "absent:turbo" is unavailable, with NONNEG_REQUIRE_BACKENDS as given. */
function run(required: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, "run", "--root", here("fixtures")],
    {
      encoding: "utf8",
      env: { ...process.env, NONNEG_REQUIRE_BACKENDS: required, NO_COLOR: "1" },
    },
  );
  return { status, output: stdout + stderr };
}

test.for(["", "js", "absent:other"])(
  'an unavailable backend is a printed skip where "%s" is required',
  { timeout: 60_000 },
  (required) => {
    const { status, output } = run(required);
    expect(output).toContain(
      'conformance: absent:turbo — skipped: backend "absent:turbo" is unavailable: libabsent.so.1 was not found. Fix: apt install libabsent1',
    );
    expect(output).toMatch(/1 skipped/);
    expect(status).toBe(0);
  },
);

test.for(["absent", "js, absent:turbo"])(
  'an unavailable backend is a failure where "%s" is required',
  { timeout: 60_000 },
  (required) => {
    const { status, output } = run(required);
    expect(output).toContain("libabsent.so.1 was not found. Fix: apt install libabsent1");
    expect(output).toMatch(/1 failed/);
    expect(status).toBe(1);
  },
);
