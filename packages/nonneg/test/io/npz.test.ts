import { readFile } from "node:fs/promises";
import type { HostSparse } from "@nonneg/core";
import { describe, expect, it } from "vitest";
import { readNpz } from "../../src/io/npz.js";
import {
  expectRefused,
  fixture,
  outcome,
  pattern,
  plain,
  useTemporaryDirectory,
  values,
} from "./files.js";

const directory = useTemporaryDirectory();

describe("SciPy's sparse matrices", () => {
  it.each(["csr", "csc", "coo"])("%s of float32 stays float32", async (format) => {
    const matrix = (await readNpz(fixture(`${format}-f4.npz`))) as HostSparse;
    expect(plain(matrix)).toEqual({ ...pattern, values: values.map((x) => x / 8) });
    expect(matrix.values).toBeInstanceOf(Float32Array);
  });

  it.each(["csr-i8", "csc-i8", "coo-i8", "csr-array", "csr-unsorted"])(
    "%s becomes float64",
    async (name) => {
      const matrix = (await readNpz(fixture(`${name}.npz`))) as HostSparse;
      expect(plain(matrix)).toEqual({ ...pattern, values });
      expect(matrix.values).toBeInstanceOf(Float64Array);
    },
  );

  it.each([
    ["refused-bsr.npz", "NONNEG_UNSUPPORTED", /"bsr", expected csr, csc or coo/],
    ["refused-duplicate.npz", "NONNEG_PARSE", /row 2, column 3 .* twice/],
  ] as const)("%s is refused", (name, code, message) =>
    expectRefused(readNpz(fixture(name)), code, message),
  );
});

describe("archives of arrays", () => {
  it.each(["one.npz", "one-compressed.npz"])("%s holds one, which is read", async (name) => {
    const matrix = await readNpz(fixture(name));
    expect(matrix).toMatchObject({ rows: 3, cols: 4 });
    expect("data" in matrix && [...matrix.data]).toEqual([...Array(12).keys()].map((x) => x / 8));
  });

  it("several arrays are refused by name, and so is none", async () => {
    await expectRefused(
      readNpz(fixture("refused-two.npz")),
      "NONNEG_UNSUPPORTED",
      /2 arrays \(V, W\)/,
    );
    await expectRefused(readNpz(fixture("refused-none.npz")), "NONNEG_PARSE", /no array/);
  });
});

describe("hostile archives", () => {
  it("cut short at any byte, an archive is refused", async () => {
    const whole = await readFile(fixture("csr-f4.npz"));
    for (let length = 0; length < whole.length; length++) {
      const path = await directory.put("cut.npz", whole.subarray(0, length));
      expect(await outcome(readNpz(path)), `at ${length}`).toBe("NONNEG_PARSE");
    }
  }, 60_000);

  it.each(["coo-f4.npz", "one-compressed.npz"])(
    "with a byte of %s changed, the matrix is the same or is refused",
    async (name) => {
      const whole = await readFile(fixture(name));
      const expected = await readNpz(fixture(name));
      const step = Math.ceil(whole.length / 400);
      let refused = 0;
      for (let at = 0; at < whole.length; at += step) {
        const bytes = Uint8Array.from(whole);
        bytes[at]! ^= 0xff;
        const path = await directory.put(`changed ${name}`, bytes);
        let matrix;
        if ((await outcome(readNpz(path).then((read) => (matrix = read)))) === "read") {
          // Times and attributes do not matter, nor does an unused name; the entries are guarded by the checksum.
          expect(matrix, `at ${at}`).toEqual(expected);
        } else refused++;
      }
      expect(refused).toBeGreaterThan(0);
    },
    60_000,
  );

  it("what is no zip is refused", async () => {
    await expectRefused(readNpz(fixture("f8-le-c.npy")), "NONNEG_PARSE", /no \.npz/);
    await expectRefused(readNpz(await directory.put("empty.npz", "")), "NONNEG_PARSE", /no \.npz/);
  });
});
