/** NumPy's .npy, versions 1 to 3: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { endianness } from "node:os";
import { NonnegError, type HostArray, type HostDense } from "@nonneg/core";
import { allocate, formatBytes } from "./allocate.js";
import { checkShape } from "./csr.js";
import { reading, withFile, type ByteSource } from "./read-file.js";
import { writeAtomic } from "./write-atomic.js";

/** What the header of a .npy file says. */
export interface NpyHeader {
  /** NumPy's type string, such as "<f8" */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** where the entries start */
  readonly dataOffset: number;
}

type RawArray = ReturnType<typeof viewAs>;

const nativeOrder = endianness() === "LE" ? "<" : ">";

/**
 * Reads a matrix (a two-dimensional array) of floats of 4 or 8 bytes, integers of 1 to 8 bytes or
 * booleans, of either byte order and either storage order. float32 stays float32, everything else
 * becomes float64. Float arrays in native byte order and C order are viewed, not copied.
 * @throws NonnegError NONNEG_IO; NONNEG_PARSE (not a .npy, damaged, cut short); NONNEG_DTYPE (other
 *   dtypes, and integers beyond ±(2⁵³ − 1)); NONNEG_SHAPE_MISMATCH (not two dimensions)
 */
export function readNpy(path: string): Promise<HostDense> {
  return reading(path, () => withFile(path, (file) => readNpyMatrix(file, path)));
}

/** `readNpy` from any bytes. `name` is what messages call them. */
export async function readNpyMatrix(source: ByteSource, name: string): Promise<HostDense> {
  const header = await readNpyHeader(source, name);
  if (header.shape.length !== 2) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      `${name}: holds an array of ${header.shape.length} dimensions, shape (${header.shape.join(", ")}), expected 2. Reshape it, in NumPy with a.reshape(rows, -1).`,
    );
  }
  const [rows, cols] = header.shape as [number, number];
  checkShape(rows, cols, name);
  const entries = await readNpyEntries(source, header, name);
  const data = toHostArray(entries, name, (index) =>
    header.fortranOrder
      ? `row ${(index % rows) + 1}, column ${Math.floor(index / rows) + 1}`
      : `row ${Math.floor(index / cols) + 1}, column ${(index % cols) + 1}`,
  );
  return { rows, cols, data: header.fortranOrder ? transposed(data, cols, rows, name) : data };
}

/** Reads and checks the header. @throws NonnegError NONNEG_PARSE */
export async function readNpyHeader(source: ByteSource, name: string): Promise<NpyHeader> {
  const damaged = (what: string) =>
    new NonnegError("NONNEG_PARSE", `${name}: ${what}. Write the file again with numpy.save.`);
  const prefix = Buffer.from(await source.read(0, Math.min(source.size, 12)));
  if (prefix.length === 0) throw damaged("the file is empty, expected a .npy file");
  if (prefix.subarray(0, 6).toString("latin1") !== "\x93NUMPY") {
    throw damaged("does not start as a .npy file does");
  }
  const version = prefix[6] ?? 0;
  if (prefix.length >= 7 && (version < 1 || version > 3)) {
    throw damaged(`has format version ${version}, expected 1, 2 or 3`);
  }
  const start = version === 1 ? 10 : 12;
  if (prefix.length < start) throw damaged("is cut short within its header");
  const length = version === 1 ? prefix.readUInt16LE(8) : prefix.readUInt32LE(8);
  const dataOffset = start + length;
  if (dataOffset > source.size) {
    throw damaged(
      `claims a header of ${formatBytes(length)}, but is ${formatBytes(source.size)} long`,
    );
  }
  // A matrix needs about a hundred bytes; only structured dtypes, refused anyway, need many.
  if (length > 65535)
    throw damaged(`claims a header of ${formatBytes(length)}, far more than a matrix needs`);

  const text = Buffer.from(await source.read(start, length)).toString("utf8");
  const descr = /['"]descr['"]\s*:\s*(?:'([^']*)'|"([^"]*)"|([[(]))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\dL,\s]*)\)/.exec(text);
  if (!descr || !order || !shape)
    throw damaged("has a header without descr, fortran_order and shape");
  if (descr[3] !== undefined) throw unsupportedDtype(name, "a structured dtype");
  const dimensions = shape[1]!.split(",").map((part) => part.trim().replace(/L$/, ""));
  if (dimensions.at(-1) === "") dimensions.pop(); // (3,) and ()
  if (!dimensions.every((part) => /^\d+$/.test(part)))
    throw damaged(`has a shape of (${shape[1]})`);
  return {
    descr: descr[1] ?? descr[2] ?? "",
    fortranOrder: order[1] === "True",
    shape: dimensions.map(Number),
    dataOffset,
  };
}

/**
 * Reads the entries of any number of dimensions in the order and type of the file.
 * @throws NonnegError NONNEG_DTYPE, NONNEG_PARSE (more or fewer bytes than the header claims)
 */
export async function readNpyEntries(source: ByteSource, header: NpyHeader, name: string) {
  const [, byteOrder, type] = /^([<>|=]?)(.*)$/s.exec(header.descr)!;
  const size = Number(type!.slice(1));
  if (!/^(?:b1|[iu][1248]|f[48])$/.test(type!)) {
    throw unsupportedDtype(name, describeType(type!));
  }
  const bytes = await readNpyBytes(source, header, size, name);
  if ((byteOrder === "<" || byteOrder === ">") && byteOrder !== nativeOrder) swapBytes(bytes, size);
  return viewAs(type!, bytes.buffer);
}

/** The bytes of all entries, each of `size` bytes. @throws NonnegError NONNEG_PARSE */
export async function readNpyBytes(
  source: ByteSource,
  header: NpyHeader,
  size: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const claimed = header.shape.reduce((product, length) => product * length, size);
  const present = source.size - header.dataOffset;
  if (claimed === present) return source.read(header.dataOffset, present);
  const shape = `shape (${header.shape.join(", ")}) of ${size}-byte entries, which take ${formatBytes(claimed)}`;
  const why =
    claimed > present
      ? "it was cut short or its header is damaged"
      : "something was appended to it";
  throw new NonnegError(
    "NONNEG_PARSE",
    `${name}: claims ${shape}, but holds ${formatBytes(present)} of entries: ${why}. Write the file again with numpy.save.`,
  );
}

function viewAs(type: string, buffer: ArrayBuffer) {
  switch (type) {
    case "i1":
      return new Int8Array(buffer);
    case "i2":
      return new Int16Array(buffer);
    case "i4":
      return new Int32Array(buffer);
    case "i8":
      return new BigInt64Array(buffer);
    case "u2":
      return new Uint16Array(buffer);
    case "u4":
      return new Uint32Array(buffer);
    case "u8":
      return new BigUint64Array(buffer);
    case "f4":
      return new Float32Array(buffer);
    case "f8":
      return new Float64Array(buffer);
    default: // u1, and b1, which is 0 or 1
      return new Uint8Array(buffer);
  }
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer);
  if (size === 2) buffer.swap16();
  if (size === 4) buffer.swap32();
  if (size === 8) buffer.swap64();
}

/**
 * Floats as they are, integers as float64. `locate` names an entry by its index.
 * @throws NonnegError NONNEG_DTYPE where an integer is beyond ±(2⁵³ − 1), so not exact in float64
 */
export function toHostArray(
  entries: RawArray,
  name: string,
  locate: (index: number) => string,
): HostArray {
  if (entries instanceof Float32Array || entries instanceof Float64Array) return entries;
  const data = allocate(Float64Array, entries.length, name);
  if (!(entries instanceof BigInt64Array || entries instanceof BigUint64Array)) {
    data.set(entries);
    return data;
  }
  for (let i = 0; i < data.length; i++) {
    const value = Number(entries[i]);
    if (!Number.isSafeInteger(value)) {
      throw new NonnegError(
        "NONNEG_DTYPE",
        `${name}: the entry in ${locate(i)} (counted from 1) is ${entries[i]}, beyond ±(2^53 − 1), which float64 does not hold exactly. Scale the matrix, or save it as float64 where rounding is meant.`,
      );
    }
    data[i] = value;
  }
  return data;
}

/** The transpose (cols×rows) of a row-major rows×cols array, by tiles that stay in the cache. */
function transposed(data: HostArray, rows: number, cols: number, name: string): HostArray {
  const tile = 32;
  const result =
    data instanceof Float32Array
      ? allocate(Float32Array, data.length, name)
      : allocate(Float64Array, data.length, name);
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const iEnd = Math.min(i0 + tile, rows);
    for (let j0 = 0; j0 < cols; j0 += tile) {
      const jEnd = Math.min(j0 + tile, cols);
      for (let i = i0; i < iEnd; i++) {
        for (let j = j0; j < jEnd; j++) result[j * rows + i] = data[i * cols + j]!;
      }
    }
  }
  return result;
}

function unsupportedDtype(name: string, what: string): NonnegError {
  return new NonnegError(
    "NONNEG_DTYPE",
    `${name}: holds ${what}, expected floats of 4 or 8 bytes, integers or booleans. Convert it, in NumPy with a.astype("float64").`,
  );
}

function describeType(type: string): string {
  if (type.startsWith("O"))
    return "Python objects (a pickle, which is never loaded because it can run code)";
  if (type.startsWith("c")) return "complex numbers";
  if (type.startsWith("f")) return `floats of ${type.slice(1)} bytes`;
  if (/^[SU]/.test(type)) return "text";
  if (/^[mM]/.test(type)) return "dates or durations";
  return `entries of type ${JSON.stringify(type)}`;
}

/**
 * Writes a matrix as .npy version 1, in C order and its own dtype, native byte order: reading it
 * back gives the same bits. Whole or not at all.
 * @throws NonnegError NONNEG_IO, NONNEG_SHAPE_MISMATCH (`data.length` is not rows · cols)
 */
export async function writeNpy(path: string, matrix: HostDense): Promise<void> {
  const { rows, cols, data } = matrix;
  if (data.length !== rows * cols) {
    throw new NonnegError(
      "NONNEG_SHAPE_MISMATCH",
      `${path}: cannot be written: a matrix of ${rows}×${cols} has ${rows * cols} entries, given ${data.length}.`,
    );
  }
  const descr = `${nativeOrder}f${data.BYTES_PER_ELEMENT}`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${rows}, ${cols}), }`;
  // Magic, version and length take 10 bytes, a newline ends the header, and the entries start at a multiple of 64.
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, " ", "latin1");
  header.write("\x93NUMPY\x01\x00", "latin1");
  header.writeUInt16LE(length, 8);
  header.write(dict, 10, "latin1");
  header.write("\n", header.length - 1, "latin1");
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await writeAtomic(path, [header, bytes]);
}
