import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = `
  import { startVitest } from "vitest/node";
  const options = { include: ["test/unavailable.js"], watch: false };
  await (await startVitest("test", [], options)).close();
`;

/** Runs unavailable.js, whose backend is "absent:turbo", with NONNEG_REQUIRE_BACKENDS as given. */
function run(required: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      cwd: root,
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
