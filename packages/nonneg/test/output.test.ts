/** What is written where nobody reads, or where there is no room. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useTemporaryDirectory } from "./io/files.js";
import { here, nonneg, type Result, written } from "./support.js";

const { path, put } = useTemporaryDirectory();
const V = () => put("V.csv", "1,2,3\n4,5,6\n7,8,9\n");
const fit = async () => ["factorize", await V(), "--rank", "1", "--backend", "js", "--json"];

test.each(["stdout", "stderr"] as const)("nobody reads %s: the fit is kept", async (closed) => {
  const out = path(`without ${closed}`);
  const run = await nonneg([...(await fit()), "--out", out], { closed });
  expect(run.code).toBe(0);
  const { result, text } = await written(out);
  expect(result.rank).toBe(1);
  if (closed === "stdout") expect(run.stderr).toMatch(/^V 3×3 .*\n(.*\n)*Wrote [^\n]*\n$/);
  else expect(JSON.parse(run.stdout)).toEqual(JSON.parse(text));
});

test("nobody reads the first of several results: all batches are learned", async () => {
  const model = path("model");
  const file = await V();
  const args = ["partial-fit", model, file, file, file, "--rank", "1", "--backend", "js"];
  const run = await nonneg([...args, "--json", "--quiet"], { closed: "stdout" });
  expect([run.code, run.stderr]).toEqual([0, ""]);
  const result = JSON.parse(await readFile(`${model}/result.json`, "utf8")) as Result;
  expect(result).toMatchObject({ online: { batches: 3 } });
});

test("nobody reads an error: the exit code says it", async () => {
  expect((await nonneg(["factorize", path("none.csv")], { closed: "stderr" })).code).toBe(1);
});

test.skipIf(!existsSync("/dev/full"))("no room for the result is an error", async () => {
  const command = [process.execPath, here("../bin/nonneg.js"), ...(await fit()), "--quiet"];
  const full = promisify(execFile)("sh", ["-c", 'exec "$0" "$@" > /dev/full', ...command]);
  await expect(full).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^NONNEG_IO: stdout cannot be written: .*\n$/) as string,
  });
});
