/** Files that are refused, and places that cannot be written to. */
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Refusal, useRefusals } from "./refusals.js";
import { DIGITS, nonneg } from "./support.js";

const { path, file, csv, mtx, good, of, expectRefused } = useRefusals();

function npyHeader(shape: string): Buffer {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  const size = Buffer.alloc(2);
  size.writeUInt16LE(header.length + 1);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\0", "latin1"),
    size,
    Buffer.from(`${header}\n`),
  ]);
}

const cases: readonly Refusal[] = [
  {
    name: "a negative entry",
    args: of(() => csv("1,2\n3,-4\n")),
    code: "NONNEG_NEGATIVE_INPUT",
    says: /-4 at row 1, column 1/,
  },
  {
    name: "a negative entry of a sparse file",
    args: of(() => mtx("3 3 2\n1 1 1\n3 2 -5")),
    code: "NONNEG_NEGATIVE_INPUT",
    says: /-5 at row 2, column 1/,
  },
  {
    name: "NaN",
    args: of(() => csv("1,NaN\n3,4\n")),
    code: "NONNEG_NOT_FINITE",
    says: /NaN at row 0, column 1/,
  },
  {
    name: "an empty cell",
    args: of(() => csv("1,2\n,4\n")),
    code: "NONNEG_NOT_FINITE",
    says: /NaN at row 1, column 0.*--missing nan/,
  },
  {
    name: "infinity",
    args: of(() => csv("1,2\n3,inf\n")),
    code: "NONNEG_NOT_FINITE",
    says: /Infinity at row 1, column 1/,
  },
  {
    name: "ragged rows",
    args: of(() => csv("1,2,3\n4,5,6\n7,8\n")),
    code: "NONNEG_PARSE",
    says: /line 3: has 2 cells.* 3/,
  },
  {
    name: "cells parted by spaces",
    args: of(() => csv("1 2 3\n4 5 6\n")),
    code: "NONNEG_PARSE",
    says: /give the delimiter/,
  },
  { name: "an empty file", args: of(() => csv("")), code: "NONNEG_PARSE", says: /is empty/ },
  {
    name: "an empty .npy",
    args: of(() => file(".npy", "")),
    code: "NONNEG_PARSE",
    says: /\.npy/,
  },
  {
    name: "text where a number belongs",
    args: of(() => csv("1,2\n3,4\n5,six\n")),
    code: "NONNEG_PARSE",
    says: /line 3, column 2.*"six"/,
  },
  {
    name: "a file that is not there",
    args: of(async () => path("none.csv")),
    code: "NONNEG_IO",
    says: /none\.csv/,
  },
  {
    name: "an unknown format",
    args: of(() => file(".xlsx", "1")),
    code: "NONNEG_INVALID_INPUT",
    says: /expected \.npy/,
  },
  {
    name: "Itakura–Saito of a zero",
    args: of(() => csv("1,2\n0,4\n"), "--loss", "itakura-saito"),
    code: "NONNEG_ZERO_INPUT",
    says: /zero at row 1, column 0/,
  },
  {
    name: "a truncated .npy",
    args: of(async () => file(".npy", (await readFile(DIGITS)).subarray(0, 5000))),
    code: "NONNEG_PARSE",
    says: /\.npy/,
  },
  {
    name: "a header that claims a petabyte",
    args: of(() => file(".npy", npyHeader("(1048576, 134217728)"))),
    code: "NONNEG_PARSE",
    says: /1048576|134217728|bytes/,
  },
  {
    name: "an .mtx index out of range",
    args: of(() => mtx("3 3 1\n4 1 1")),
    code: "NONNEG_PARSE",
    says: /line 3/,
  },
  {
    name: "an .mtx entry twice",
    args: of(() => mtx("3 3 2\n2 2 1\n2 2 1")),
    code: "NONNEG_PARSE",
    says: /line 4|twice/,
  },
  {
    name: "an .mtx with fewer entries than it says",
    args: of(() => mtx("3 3 3\n2 2 1")),
    code: "NONNEG_PARSE",
    says: /3/,
  },
];

describe("factorize refuses", () => {
  test.each(cases)("$name", expectRefused);

  test("an --out that is a file, before any work is done", async () => {
    const taken = await csv("mine");
    const args = [...["factorize", DIGITS, "--rank", "2"], "--max-iterations", "1000000000"];
    for (const out of [taken, join(taken, "below")]) {
      const run = await nonneg([...args, "--tol", "0", "--kkt-tol", "0", "--out", out]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/^NONNEG_IO: .* is no directory\.\n$/);
    }
    expect(await readFile(taken, "utf8")).toBe("mine");
  });

  // Windows lets only administrators make links.
  test.skipIf(process.platform === "win32")(
    "an --out behind a link that leads nowhere",
    async () => {
      await symlink(path("nowhere"), path("link"));
      const args = [...["factorize", DIGITS, "--rank", "2"], "--max-iterations", "1000000000"];
      for (const out of [path("link"), path("link/below")]) {
        const run = await nonneg([...args, "--tol", "0", "--kkt-tol", "0", "--out", out]);
        expect(run.code).toBe(1);
        expect(run.stderr).toMatch(/^NONNEG_IO: .*link is a link that leads nowhere\.\n$/);
      }
    },
  );

  // No directory can be made there, which the system says as if there were no /proc.
  test.skipIf(!existsSync("/proc/self"))("an --out in /proc", async () => {
    const args = ["factorize", await good(), "--rank", "1", "--backend", "js", "--quiet"];
    const run = await nonneg([...args, "--out", "/proc/nonneg/model"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^NONNEG_IO: Nothing .* written to [^\n]*\n$/);
  });

  test("an --out in which V is W.npy or H.npy", async () => {
    const V = await readFile(DIGITS);
    for (const name of ["W.npy", "H.npy"]) {
      const model = path(`holds ${name}`);
      await mkdir(model);
      await writeFile(join(model, name), V);
      const run = await nonneg(["factorize", join(model, name), "--rank", "2", "--out", model]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(new RegExp(`^NONNEG_OPTION: .*${name}, which is read: [^\n]*\n$`));
      expect(await readFile(join(model, name))).toEqual(V);
    }
  });

  // A limit on the size of files stands in for a full disk.
  test.skipIf(process.platform === "win32")("a disk that is full keeps the old model", async () => {
    const out = path("kept");
    const wide = await csv(
      `${Array(400).fill("1,2").join(",")}\n${Array(800).fill(3).join(",")}\n`,
    );
    const args = ["factorize", wide, "--rank", "2", "--backend", "js", "--quiet", "--out"];
    expect((await nonneg([...args, out, "--seed", "1"])).code).toBe(0);
    const model = ["H.npy", "W.npy", "result.json"];
    const read = () => Promise.all(model.map((name) => readFile(join(out, name))));
    const before = await read();
    // W fits under the limit, H does not.
    const limit = { fileSizeLimit: 8 };
    for (const to of [out, path("new")]) {
      const run = await nonneg([...args, to, "--seed", "2"], limit);
      expect(run.code, run.stderr).toBe(1);
      expect(run.stderr).toMatch(
        /^NONNEG_IO: Nothing was written to [^\n]*larger than is allowed[^\n]*\n$/,
      );
    }
    expect(await readdir(path("."))).not.toContain("new");
    expect((await readdir(out)).sort()).toEqual(model);
    expect(await read()).toEqual(before);
  });

  test("--report without --out", async () => {
    const run = await nonneg(["factorize", await good(), "--rank", "1", "--report"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^NONNEG_OPTION: --report needs --out/);
  });

  test("--image-shape without --report", async () => {
    const run = await nonneg(["factorize", await good(), "--rank", "1", "--image-shape", "3,1"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^NONNEG_OPTION: --image-shape .*--report/);
  });

  test("with --debug the stack is shown", async () => {
    const run = await nonneg(["--debug", "factorize", await csv("-1"), "--rank", "1"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^NONNEG_NEGATIVE_INPUT: /);
    expect(run.stderr).toMatch(/\n\s+at .*\.js:\d+/);
  });
});

test("no command, an unknown command: exit 1", async () => {
  for (const args of [[], ["factorise", "x"]]) {
    const run = await nonneg(args);
    expect(run.code).toBe(1);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/NONNEG_OPTION: .*command/);
  }
});

describe("transform refuses", () => {
  test("what is no model, samples of another length, a place that is none", async () => {
    const model = path("model");
    await nonneg([
      ...["factorize", await good(), "--rank", "1", "--backend", "js", "--out", model, "--quiet"],
    ]);
    const X = await csv("1,2,3\n");
    const to = path("coefficients.npy");
    await mkdir(path("directory.npy"));
    const samples = await file(".npy", await readFile(DIGITS));
    const broken = path("broken");
    await cp(model, broken, { recursive: true });
    await writeFile(join(broken, "result.json"), '{"schema": 1');
    const empty = path("empty");
    await cp(model, empty, { recursive: true });
    await writeFile(join(empty, "result.json"), "null");
    const attempts: [readonly string[], string][] = [
      [[path("."), X, "--out", to], "NONNEG_IO"],
      [[broken, X, "--out", to], "NONNEG_PARSE"],
      [[empty, X, "--out", to], "NONNEG_PARSE"],
      [[model, await csv("1,2\n"), "--out", to], "NONNEG_SHAPE_MISMATCH"],
      [[model, X, "--out", join(X, "coefficients.npy")], "NONNEG_IO"],
      [[model, X, "--out", path("no/coefficients.npy")], "NONNEG_IO"],
      [[model, X, "--out", path("directory.npy")], "NONNEG_IO"],
      [[model, X, "--out", X], "NONNEG_OPTION"],
      [[model, samples, "--out", samples], "NONNEG_OPTION"],
      [[model, X, "--out", join(model, "W.npy")], "NONNEG_OPTION"],
      [[model, X, "--out", join(model, "H.npy")], "NONNEG_OPTION"],
    ];
    for (const [args, code] of attempts) {
      const run = await nonneg(["transform", ...args, "--backend", "js"]);
      expect(run.code, run.stderr).toBe(1);
      expect(run.stderr).toMatch(new RegExp(`^${code}: [^\n]*\n$`));
    }
    expect(await readdir(path("."))).not.toContain("coefficients.npy");
  });
});
