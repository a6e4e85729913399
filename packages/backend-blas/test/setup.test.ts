import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup } from "@nonneg/backend-blas";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defaultCacheDirectory, installation, libraryIn } from "../src/cache.js";

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

  test("what a setup left that was killed is swept after a day, and not before", async () => {
    const old = `${installation(directory)}.0123456789ab.tmp`;
    const recent = `${installation(directory)}.ba9876543210.tmp`;
    for (const path of [old, recent]) mkdirSync(join(path, "wheel"), { recursive: true });
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    utimesSync(old, twoDaysAgo, twoDaysAgo);
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await setup({ cacheDir: directory, signal: stop.signal, onProgress }).catch(() => undefined);
    expect([existsSync(old), existsSync(recent)]).toEqual([false, true]);
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
