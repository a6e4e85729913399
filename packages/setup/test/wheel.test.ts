import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { platform } from "node:process";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fetchWheel, type SetupProgress, type Wheel } from "../src/index.js";
import { freshDirectory } from "./directory.js";

const at = freshDirectory();

const content = "a wheel";
const wheel: Wheel = {
  ...{ project: "project", version: "1.0", platform: "any" },
  ...{ implementation: "py", abi: "none", bytes: content.length },
  sha256: createHash("sha256").update(content).digest("hex"),
};

async function fetch() {
  const progress: SetupProgress<"library">[] = [];
  const file = await fetchWheel({
    ...{ wheel, downloads: at("downloads"), staging: at("staging"), signal: undefined },
    report: (step) => progress.push(step),
  });
  return { file, progress };
}

/** A pip that brings a file of this content for every project, or, without one, fails. */
function installPip(brings: string | undefined) {
  const act =
    brings === undefined ? "exit 1" : `printf '%s' '${brings}' > "$dest/project-1.0-any.whl"`;
  writeFileSync(
    at("bin", "pip3"),
    `#!/bin/sh
case "$*" in --version) exit 0;; esac
while [ "$1" != --dest ]; do shift; done
dest=$2
${act}
`,
  );
  chmodSync(at("bin", "pip3"), 0o755);
}

describe.skipIf(platform === "win32")("a wheel", () => {
  beforeEach(() => {
    mkdirSync(at("bin"));
    // Nothing else is found: no Python, and a `pip3` only where a test puts it.
    vi.stubEnv("PATH", [at("bin"), "/nonneg-nowhere"].join(delimiter));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("comes by pip and is kept: the second time nothing is fetched", async () => {
    installPip(content);
    const { file, progress } = await fetch();
    expect(readdirSync(at("downloads"))).toEqual(["project-1.0-any.whl"]);
    expect(readdirSync(at("staging"))).toEqual([]);
    expect(progress.find(({ message }) => message.startsWith("Downloading"))).toEqual({
      ...{ stage: "library", message: "Downloading project 1.0 with pip" },
      ...{ bytes: 0, totalBytes: content.length },
    });

    installPip(undefined);
    const again = await fetch();
    expect(again.file).toBe(file);
    expect(again.progress).toHaveLength(1);
  });

  test("of another hash is refused, and not kept", async () => {
    installPip("another wheel");
    await expect(fetch()).rejects.toThrow(wheel.sha256);
    expect(existsSync(at("downloads"))).toBe(false);
  });

  test("kept whose hash is wrong is fetched again", async () => {
    installPip("a wheel");
    const { file } = await fetch();
    writeFileSync(file, "rotten");
    await expect(fetch()).resolves.toMatchObject({ file });
    installPip(undefined);
    await expect(fetch()).resolves.toMatchObject({ file });
  });

  test("without pip: what is missing, and how to get it", async () => {
    await expect(fetch()).rejects.toThrow(/pip was not found.*apt-get install/);
  });
});
