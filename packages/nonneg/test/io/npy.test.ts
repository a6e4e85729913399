import { readFile } from "node:fs/promises";
import type { HostArray } from "@nonneg/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNpy, readNpyMatrix, writeNpy } from "../../src/io/npy.js";
import { expectRefused, fixture, outcome, useTemporaryDirectory } from "./files.js";

const directory = useTemporaryDirectory();

const integers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const eighths = integers.map((x) => x / 8);

function source(bytes: Uint8Array) {
  return {
    size: bytes.length,
    read: (offset: number, length: number) =>
      Promise.resolve(new Uint8Array(bytes.slice(offset, offset + length))),
  };
}

/** A .npy whose header is `dict`, padded as NumPy pads it. */
function npy(dict: string, data: Uint8Array = new Uint8Array(0), version = 1): Buffer {
  const header = Buffer.from(dict.padEnd(117) + "\n");
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY`, "latin1"),
    Buffer.from([version, 0]),
    length,
    header,
    data,
  ]);
}

describe("NumPy's files", () => {
  const types = ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"];
  const files = types.flatMap((type) =>
    ["le-c", "le-fortran", "be-c", "be-fortran"].map((order) => `${type}-${order}.npy`),
  );
  it.each([...files, "version2.npy", "version3.npy"])("%s", async (name) => {
    const { rows, cols, data } = await readNpy(fixture(name));
    const isFloat = name.startsWith("f") || name.startsWith("v");
    expect([rows, cols]).toEqual([3, 4]);
    expect([...data]).toEqual(isFloat ? eighths : integers);
    expect(data).toBeInstanceOf(name.startsWith("f4") ? Float32Array : Float64Array);
  });

  it("bool.npy: true is 1", async () => {
    const { data } = await readNpy(fixture("bool.npy"));
    expect([...data]).toEqual(integers.map((x) => (x % 3 > 0 ? 1 : 0)));
  });

  it("negative.npy: signs are kept, for core to judge", async () => {
    const { data } = await readNpy(fixture("negative.npy"));
    expect([...data]).toEqual(integers.map((x) => 0 - x));
  });

  it.each([
    ["refused-half.npy", "NONNEG_DTYPE", /floats of 2 bytes.*astype/],
    ["refused-complex.npy", "NONNEG_DTYPE", /complex/],
    ["refused-object.npy", "NONNEG_DTYPE", /pickle/],
    ["refused-text.npy", "NONNEG_DTYPE", /text/],
    ["refused-structured.npy", "NONNEG_DTYPE", /structured/],
    ["refused-1d.npy", "NONNEG_SHAPE_MISMATCH", /1 dimensions, shape \(3\)/],
    ["refused-3d.npy", "NONNEG_SHAPE_MISMATCH", /3 dimensions, shape \(2, 2, 2\)/],
    ["refused-empty.npy", "NONNEG_PARSE", /0×3/],
    ["refused-large-integer.npy", "NONNEG_DTYPE", /row 2, column 2 .* 9007199254740992/],
    ["refused-two-arrays.npy", "NONNEG_PARSE", /appended/],
  ] as const)("%s is refused", (name, code, message) =>
    expectRefused(readNpy(fixture(name)), code, message),
  );
});

describe("hostile files", () => {
  it("cut short at any byte, a file is refused", async () => {
    for (const name of ["f8-be-fortran.npy", "version2.npy", "i8-le-c.npy"]) {
      const whole = await readFile(fixture(name));
      for (let length = 0; length < whole.length; length++) {
        const path = await directory.put("cut.npy", whole.subarray(0, length));
        expect(await outcome(readNpy(path)), `${name} at ${length}`).toBe("NONNEG_PARSE");
      }
    }
  }, 60_000);

  it.each([
    [
      "a petabyte",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 125000000), }",
      /1\.00 PB/,
    ],
    [
      "more than any number",
      `{'descr': '<f8', 'fortran_order': False, 'shape': (1${"0".repeat(40)}, 2), }`,
      /supported/,
    ],
    ["a negative shape", "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2), }", /without/],
    [
      "a ragged shape",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,,2), }",
      /shape of \(1,,2\)/,
    ],
    ["no shape", "{'descr': '<f8', 'fortran_order': False, }", /without/],
    [
      "a type of no size",
      "{'descr': '<f', 'fortran_order': False, 'shape': (1, 2), }",
      /floats of/,
    ],
    [
      "a type named like a method",
      "{'descr': 'constructor', 'fortran_order': False, 'shape': (1, 2), }",
      /constructor|complex/,
    ],
  ])("a header that claims %s is refused", async (_, dict, message) => {
    const path = await directory.put("hostile.npy", npy(dict, new Uint8Array(16)));
    await expect(readNpy(path)).rejects.toThrow(message);
    expect(await outcome(readNpy(path))).toMatch(/NONNEG_(PARSE|DTYPE|UNSUPPORTED)/);
  });

  it("a header longer than the file, or than any needs, is refused", async () => {
    const claim = npy("{}", new Uint8Array(0), 2);
    claim.writeUInt32LE(0xffffffff, 8);
    await expectRefused(
      readNpy(await directory.put("long.npy", claim)),
      "NONNEG_PARSE",
      /4\.29 GB/,
    );
    const long = Buffer.concat([claim, Buffer.alloc(70_000)]);
    long.writeUInt32LE(70_000, 8);
    await expectRefused(readNpy(await directory.put("long.npy", long)), "NONNEG_PARSE", /70\.0 kB/);
  });

  it("Python 2's shapes and double quotes are read", async () => {
    const dict = `{"descr": "<f8", "fortran_order": False, "shape": (1L, 2L)}`;
    const data = new Uint8Array(new Float64Array([3, 4]).buffer);
    const path = await directory.put("python2.npy", npy(dict, data));
    expect([...(await readNpy(path)).data]).toEqual([3, 4]);
  });

  it("bytes changed at random give a matrix or a NonnegError", async () => {
    const whole = await readFile(fixture("f4-le-c.npy"));
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    });
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of list) bytes[at] = value;
        outcomes.add(await outcome(readNpyMatrix(source(bytes), "fuzzed.npy")));
      }),
      { numRuns: 2000 },
    );
    expect(outcomes).toContain("read");
    expect(outcomes).toContain("NONNEG_PARSE");
  });

  it("headers built at random from a header's words give a matrix or a NonnegError", async () => {
    const word = fc.constantFrom(
      ..."{ } ( ) [ ] , : ' 'descr' 'fortran_order' 'shape' '<f4' '>i8' '|O' True False 0 1 2 3L -1 1e9 \0".split(
        " ",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 30 }), fc.nat(40), async (words, size) => {
        await outcome(
          readNpyMatrix(source(npy(words.join(""), new Uint8Array(size))), "fuzzed.npy"),
        );
      }),
      { numRuns: 2000 },
    );
  }, 60_000);
});

describe("writeNpy", () => {
  const matrix = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.boolean())
    .chain(([rows, cols, single]) => {
      const size = { minLength: rows * cols, maxLength: rows * cols };
      const data: fc.Arbitrary<HostArray> = single ? fc.float32Array(size) : fc.float64Array(size);
      return data.map((array) => ({ rows, cols, data: array }));
    });

  it("what is written is read back bit for bit, NaN and −0 included", async () => {
    const path = directory.path("round-trip.npy");
    await fc.assert(
      fc.asyncProperty(matrix, async (written) => {
        await writeNpy(path, written);
        const read = await readNpy(path);
        expect([read.rows, read.cols]).toEqual([written.rows, written.cols]);
        expect(read.data.constructor).toBe(written.data.constructor);
        expect(Buffer.from(read.data.buffer)).toEqual(Buffer.from(written.data.buffer));
      }),
    );
  });

  it("gives the entries that NumPy gives, at a multiple of 64 bytes", async () => {
    const path = directory.path("same.npy");
    for (const name of ["f4-le-c.npy", "f8-le-c.npy"]) {
      await writeNpy(path, await readNpy(fixture(name)));
      const ours = await readFile(path);
      const numpys = await readFile(fixture(name));
      expect(ours.toString("latin1")).toBe(numpys.toString("latin1"));
    }
  });

  it("writes the entries of a view, not of the buffer below it", async () => {
    const path = directory.path("view.npy");
    const data = new Float64Array([9, 1, 2, 9]).subarray(1, 3);
    await writeNpy(path, { rows: 1, cols: 2, data });
    expect([...(await readNpy(path)).data]).toEqual([1, 2]);
  });

  it("refuses data that do not fill the shape, and leaves nothing", async () => {
    const path = directory.path("short.npy");
    const short = { rows: 2, cols: 2, data: new Float64Array(3) };
    await expectRefused(
      writeNpy(path, short),
      "NONNEG_SHAPE_MISMATCH",
      /2×2 has 4 entries, given 3/,
    );
    await expectRefused(readNpy(path), "NONNEG_IO", /no such file/);
  });
});
