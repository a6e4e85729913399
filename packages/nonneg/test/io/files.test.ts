import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, symlink, lstat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { readMatrix, writeAtomic } from "../../src/io/index.js";
import { expectRefused, fixture, useTemporaryDirectory } from "./files.js";

const directory = useTemporaryDirectory();
const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === "win32";

describe("readMatrix", () => {
  it.each(["f8-le-c.npy", "one.npz", "numbers.csv", "numbers.csv.gz", "numbers.tsv", "array.mtx"])(
    "chooses by the extension of %s",
    async (name) => {
      const { matrix } = await readMatrix(fixture(name));
      expect(matrix).toMatchObject({ rows: 3, cols: 4 });
      expect("data" in matrix && [...matrix.data]).toEqual([...Array(12).keys()].map((x) => x / 8));
    },
  );

  it("takes capitals and a format by name", async () => {
    const bytes = await readFile(fixture("f8-le-c.npy"));
    await expect(readMatrix(await directory.put("A.NPY", bytes))).resolves.toBeDefined();
    const path = await directory.put("a.dat", bytes);
    await expect(readMatrix(path, { format: "npy" })).resolves.toBeDefined();
    await expectRefused(readMatrix(path), "NONNEG_INVALID_INPUT", /\.npy, \.npz/);
    await expectRefused(readMatrix(`${path}.npy.gz`), "NONNEG_INVALID_INPUT");
  });

  it("reads the digits that the package ships", async () => {
    const data = (name: string) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
    const { matrix } = await readMatrix(data("digits.npy"));
    expect(matrix).toMatchObject({ rows: 1797, cols: 64 });
    const labels = await readMatrix(data("digits-labels.csv"));
    expect(labels).toMatchObject({ matrix: { rows: 1797, cols: 1 }, columnNames: ["digit"] });
  });

  it.each(["npy", "npz", "csv", "tsv", "mtx"])(
    "a .%s that is missing, or a directory, is refused",
    async (extension) => {
      await expectRefused(
        readMatrix(directory.path(`none.${extension}`)),
        "NONNEG_IO",
        /no such file/,
      );
      const path = directory.path(`directory.${extension}`);
      await mkdir(path);
      await expectRefused(readMatrix(path), "NONNEG_IO", /directory/);
    },
  );

  it.skipIf(isWindows).each(["npy", "npz", "csv", "mtx"])(
    "a .%s that is a pipe is refused, and not waited for",
    async (extension) => {
      const path = directory.path(`pipe.${extension}`);
      await promisify(execFile)("mkfifo", [path]);
      await expectRefused(readMatrix(path), "NONNEG_IO", /a pipe/);
    },
  );

  it.skipIf(isRoot || isWindows)("a file that may not be read is refused", async () => {
    const path = await directory.put("secret.csv", "1,2\n");
    await chmod(path, 0);
    await expectRefused(readMatrix(path), "NONNEG_IO", /not permitted/);
  });
});

describe("writeAtomic", () => {
  /** A directory of its own, to see what is left in it. */
  async function empty(name: string) {
    await mkdir(directory.path(name));
    return (file: string) => directory.path(`${name}/${file}`);
  }

  it("writes and replaces a file, and leaves nothing else", async () => {
    const path = await empty("replace");
    await writeAtomic(path("a.txt"), "first, longer");
    await writeAtomic(path("a.txt"), [Buffer.from("sec"), Buffer.from("ond")]);
    expect(await readFile(path("a.txt"), "utf8")).toBe("second");
    expect(await readdir(path(""))).toEqual(["a.txt"]);
  });

  it("after a failure half way the old file is whole and nothing else is left", async () => {
    const path = await empty("half");
    await writeAtomic(path("a.txt"), "old");
    const failing = (function* () {
      yield Buffer.from("new");
      throw new Error("stopped half way");
    })();
    await expect(writeAtomic(path("a.txt"), failing)).rejects.toThrow("stopped half way");
    expect(await readFile(path("a.txt"), "utf8")).toBe("old");
    expect(await readdir(path(""))).toEqual(["a.txt"]);
  });

  it.skipIf(isWindows)(
    "when the system takes no more, the old file is whole and nothing else is left",
    async () => {
      const path = await empty("full");
      await writeAtomic(path("a.txt"), "old");
      const module = new URL("../../dist/io/write-atomic.js", import.meta.url).href;
      const program = `
      import { writeAtomic } from ${JSON.stringify(module)};
      await writeAtomic(process.argv[1], "x".repeat(1e6)).catch((error) => console.log(error.code, error.message));`;
      // A limit on the size of files stands in for a full disk: the same write fails half way.
      const { stdout } = await promisify(execFile)("sh", [
        "-c",
        'ulimit -f 8; exec "$0" --input-type=module -e "$1" "$2"',
        process.execPath,
        program,
        path("a.txt"),
      ]);
      expect(stdout).toMatch(/^NONNEG_IO .*larger than is allowed/);
      expect(await readFile(path("a.txt"), "utf8")).toBe("old");
      expect(await readdir(path(""))).toEqual(["a.txt"]);
    },
  );

  it("a missing directory, a directory and a device are refused", async () => {
    const path = await empty("refused");
    await expectRefused(
      writeAtomic(path("none/a.txt"), "x"),
      "NONNEG_IO",
      /directory does not exist/,
    );
    await expectRefused(writeAtomic(path(""), "x"), "NONNEG_IO", /is a directory/);
    if (isWindows) return;
    await expectRefused(writeAtomic("/dev/null", "x"), "NONNEG_IO", /device/);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  it.skipIf(isRoot || isWindows)("a directory that may not be written is refused", async () => {
    const path = await empty("locked");
    await chmod(path(""), 0o500);
    await expectRefused(writeAtomic(path("a.txt"), "x"), "NONNEG_IO", /not permitted/);
  });

  it.skipIf(isWindows)("a link stays a link", async () => {
    const path = await empty("link");
    await writeAtomic(path("target.txt"), "old");
    await symlink(path("target.txt"), path("link.txt"));
    await writeAtomic(path("link.txt"), "new");
    expect((await lstat(path("link.txt"))).isSymbolicLink()).toBe(true);
    expect(await readFile(path("target.txt"), "utf8")).toBe("new");
  });
});
