import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { execPath, pid } from "node:process";
import { expect, test } from "vitest";
import { makeStaging, sweepStaging } from "../src/staging.js";
import { freshDirectory } from "./directory.js";

const at = freshDirectory();

test("what killed processes left is swept, what runs or is another's stays", async () => {
  const destination = at("installation");
  const mine = await makeStaging(destination);
  const ended = execFileSync(execPath, ["-p", "process.pid"], { encoding: "utf8" }).trim();
  const dead = `${destination}.${hostname()}.${ended}.0123abcd.tmp`;
  const elsewhere = `${destination}.another-host.${ended}.0123abcd.tmp`;
  const unrelated = at(`other.${hostname()}.${ended}.0123abcd.tmp`);
  for (const path of [dead, elsewhere, unrelated])
    mkdirSync(join(path, "deep"), { recursive: true });

  await sweepStaging(destination);
  expect(existsSync(dead)).toBe(false);
  for (const path of [mine, elsewhere, unrelated]) expect(existsSync(path)).toBe(true);
  expect(mine).toContain(String(pid));
});
