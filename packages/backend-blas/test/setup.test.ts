import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultCacheDirectory, setup } from "@nonneg/backend-blas";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { installation, libraryIn } from "../src/cache.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nonneg-setup-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe("setup", () => {
  test("aborted in the middle, it rejects with the reason and leaves nothing", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = () => controller.abort(reason);
    await expect(
      setup({ cacheDir: directory, signal: controller.signal, onProgress }),
    ).rejects.toBe(reason);
    expect(readdirSync(directory)).toEqual([]);
  });
});

const there = libraryIn(installation(defaultCacheDirectory()));
describe.skipIf(!existsSync(there))("an installation that is there", () => {
  test("is verified and kept", async () => {
    const stages: string[] = [];
    const result = await setup({ onProgress: ({ stage }) => stages.push(stage) });
    expect(result).toMatchObject({ source: "kept", openblas: expect.any(String) as string });
    expect(libraryIn(result.directory)).toBe(there);
    expect(stages).toEqual(["verify"]);
  });
});
