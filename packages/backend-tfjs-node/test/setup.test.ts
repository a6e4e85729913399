import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arch, platform } from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { installation } from "../src/cache.js";
// As built: setup starts a program that is beside it.
import { setup } from "../dist/index.js";
import { copyLibrary, unpackWheel } from "../src/setup/libtensorflow.js";
import { describeWhenAvailable } from "./when-available.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nonneg-setup-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const nothing = () => undefined;

describe.skipIf(platform !== "linux")("libtensorflow on Linux", () => {
  const header = "tensorflow/c/c_api.h";
  const entries = {
    "tensorflow/libtensorflow_cc.so.2": "main",
    "tensorflow/libtensorflow_framework.so.2": "framework",
    "tensorflow/python/_pywrap.so": "not wanted",
    [`tensorflow/include/${header}`]: "header",
    "tensorflow/include/Eigen/Core.h": "not wanted",
    "tensorflow_cpu-2.15.1.dist-info/LICENSE": "license",
  };

  test("a wheel gives libraries under the names that the build asks for, the C headers and the license", async () => {
    const wheel = join(directory, "tensorflow.whl");
    writeFileSync(wheel, storedZip(entries));
    const deps = join(directory, "deps");
    const bytes: number[] = [];
    await unpackWheel(wheel, deps, (progress) => bytes.push(progress.bytes ?? 0), undefined);

    expect(readdirSync(deps).sort()).toEqual(["LICENSE.tensorflow", "include", "lib"]);
    expect(readdirSync(join(deps, "include"))).toEqual(["tensorflow"]);
    expect(readFileSync(join(deps, "include", header), "utf8")).toBe("header");
    for (const name of ["libtensorflow.so", "libtensorflow.so.2", "libtensorflow_cc.so.2"]) {
      expect(readFileSync(join(deps, "lib", name), "utf8")).toBe("main");
    }
    expect(readFileSync(join(deps, "lib", "libtensorflow_framework.so"), "utf8")).toBe("framework");
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  });

  test.each(["", "lib"])("a directory with its libraries in %j is copied", async (lib) => {
    const from = join(directory, "libtensorflow");
    mkdirSync(join(from, lib), { recursive: true });
    mkdirSync(join(from, "include", "tensorflow", "c"), { recursive: true });
    writeFileSync(join(from, lib, "libtensorflow.so.2.15.1"), "main");
    symlinkSync("libtensorflow.so.2.15.1", join(from, lib, "libtensorflow.so.2"));
    writeFileSync(join(from, lib, "libtensorflow_framework.so.2"), "framework");
    writeFileSync(join(from, "include", header), "header");
    const deps = join(directory, "deps");
    await copyLibrary(from, deps, nothing);
    for (const name of ["libtensorflow.so", "libtensorflow.so.2"]) {
      expect(readFileSync(join(deps, "lib", name), "utf8")).toBe("main");
      expect(lstatSync(join(deps, "lib", name)).isSymbolicLink()).toBe(true);
    }
    expect(readFileSync(join(deps, "include", header), "utf8")).toBe("header");
  });

  test("a directory without libraries is refused", async () => {
    await expect(copyLibrary(directory, join(directory, "deps"), nothing)).rejects.toThrow(
      directory,
    );
  });
});

describe("setup", () => {
  test("a libtensorflow that does not exist is refused before anything is done", async () => {
    const cacheDir = join(directory, "cache");
    const libtensorflow = join(directory, "missing");
    await expect(setup({ cacheDir, libtensorflow })).rejects.toMatchObject({
      code: "NONNEG_OPTION",
    });
    expect(existsSync(cacheDir)).toBe(false);
  });

  test("aborted in the middle, it rejects with the reason and leaves nothing", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = () => setTimeout(() => controller.abort(reason), 200);
    await expect(
      setup({ cacheDir: directory, signal: controller.signal, onProgress }),
    ).rejects.toBe(reason);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describeWhenAvailable("an installation that is there", () => {
  test("is verified and kept", async () => {
    const stages: string[] = [];
    const result = await setup({ onProgress: ({ stage }) => stages.push(stage) });
    expect(result).toMatchObject({
      source: "kept",
      tensorflow: expect.stringMatching(/^2\./) as string,
    });
    expect(result.directory).toContain(`${platform}-${arch}`);
    expect(stages).toEqual(["verify"]);
    expect(existsSync(installation(join(result.directory, "..")))).toBe(true);
  });
});

/** A zip archive of uncompressed files (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). */
function storedZip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt32LE(content.length, 14); // compressed
    common.writeUInt32LE(content.length, 18); // uncompressed
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name + content)]);
    const central = Buffer.alloc(46);
    central.write("PK\x01\x02");
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    locals.push(local);
    centrals.push(Buffer.concat([central, Buffer.from(name)]));
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
