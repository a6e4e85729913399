/** NumPy's .npz (a zip of .npy files): one array, or a sparse matrix as `scipy.sparse.save_npz` saves it. */
import { once } from "node:events";
import { crc32 } from "node:zlib";
import {
  NonnegError,
  type HostArray,
  type HostDense,
  type HostMatrix,
  type HostSparse,
} from "@nonneg/core";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { allocate } from "./allocate.js";
import { checkShape, csrFromCoordinates } from "./csr.js";
import { readNpyBytes, readNpyEntries, readNpyHeader, readNpyMatrix, toHostArray } from "./npy.js";
import { openRegular, reading, type ByteSource } from "./read-file.js";

/**
 * Reads the one array of an archive (dense), or SciPy's csr, csc and coo (sparse; float32 stays
 * float32, everything else becomes float64). Checksums are verified.
 * @throws NonnegError NONNEG_IO; NONNEG_PARSE (damaged, indices out of range, an entry given twice);
 *   NONNEG_UNSUPPORTED (several arrays, other sparse formats); and what `readNpy` throws
 */
export function readNpz(path: string): Promise<HostMatrix> {
  return reading(path, async () => {
    const { handle } = await openRegular(path);
    await handle.close();
    const archive = await Archive.open(path);
    try {
      if (archive.names.includes("format")) return await readSparse(archive);
      return await readOne(archive);
    } finally {
      await archive.close();
    }
  });
}

async function readOne(archive: Archive): Promise<HostDense> {
  const [name, ...others] = archive.names;
  if (name === undefined) {
    throw new NonnegError("NONNEG_PARSE", `${archive.path}: holds no array (no .npy file).`);
  }
  if (others.length > 0) {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `${archive.path}: holds ${archive.names.length} arrays (${archive.names.slice(0, 5).join(", ")}${others.length > 4 ? ", …" : ""}), expected one, or a sparse matrix of scipy.sparse.save_npz. Save the one you want with numpy.save.`,
    );
  }
  return readNpyMatrix(await archive.member(name), archive.label(name));
}

async function readSparse(archive: Archive): Promise<HostSparse> {
  const { path } = archive;
  const format = await readText(archive, "format");
  if (format !== "csr" && format !== "csc" && format !== "coo") {
    throw new NonnegError(
      "NONNEG_UNSUPPORTED",
      `${path}: holds a sparse matrix of format ${JSON.stringify(format)}, expected csr, csc or coo. Convert it with .tocsr() before scipy.sparse.save_npz.`,
    );
  }
  const shape = toNumbers(await readArray(archive, "shape"));
  if (shape.length !== 2) {
    const message = `${path}: holds ${shape.length} dimensions, expected 2.`;
    throw new NonnegError("NONNEG_SHAPE_MISMATCH", message);
  }
  const [rows, cols] = [...shape] as [number, number];
  checkShape(rows, cols, path);

  const values = toNumbers(await readArray(archive, "data"));
  const sameLength = (name: string, found: number) => {
    if (found === values.length) return;
    throw new NonnegError(
      "NONNEG_PARSE",
      `${path}: has ${values.length} values in "data" but ${found} in "${name}", expected as many. Save it again with scipy.sparse.save_npz.`,
    );
  };
  if (format === "coo") {
    const row = await readIndices(archive, "row", rows - 1);
    const col = await readIndices(archive, "col", cols - 1);
    sameLength("row", row.length);
    sameLength("col", col.length);
    return csrFromCoordinates(rows, cols, row, col, values, path);
  }
  const [majorCount, minorCount] = format === "csr" ? [rows, cols] : [cols, rows];
  const minor = await readIndices(archive, "indices", minorCount - 1);
  sameLength("indices", minor.length);
  const indptr = await readIndices(archive, "indptr", values.length);
  const major = expand(indptr, majorCount, values.length, path);
  return format === "csr"
    ? csrFromCoordinates(rows, cols, major, minor, values, path)
    : csrFromCoordinates(rows, cols, minor, major, values, path);
}

/** The row (CSR) or column (CSC) of each entry. @throws NonnegError NONNEG_PARSE */
function expand(indptr: Int32Array, count: number, entries: number, path: string): Int32Array {
  const damaged = (what: string) =>
    new NonnegError(
      "NONNEG_PARSE",
      `${path}: "indptr" ${what}. Save it again with scipy.sparse.save_npz.`,
    );
  if (indptr.length !== count + 1)
    throw damaged(`has ${indptr.length} numbers, expected ${count + 1}`);
  if (indptr[0] !== 0) throw damaged(`starts at ${indptr[0]}, expected 0`);
  if (indptr[count] !== entries)
    throw damaged(`ends at ${indptr[count]}, expected ${entries}, the number of values`);
  const major = allocate(Int32Array, entries, path);
  for (let i = 0; i < count; i++) {
    if (indptr[i + 1]! < indptr[i]!)
      throw damaged(`falls from ${indptr[i]} to ${indptr[i + 1]} at position ${i + 1}`);
    major.fill(i, indptr[i], indptr[i + 1]);
  }
  return major;
}

/** Indices from 0 to `largest`. @throws NonnegError NONNEG_PARSE */
async function readIndices(archive: Archive, name: string, largest: number): Promise<Int32Array> {
  const array = await readArray(archive, name);
  const numbers = toNumbers(array);
  for (let i = 0; i < numbers.length; i++) {
    const index = numbers[i]!;
    if (Number.isInteger(index) && index >= 0 && index <= largest) continue;
    throw new NonnegError(
      "NONNEG_PARSE",
      `${array.label}: has ${index} at position ${i + 1}, expected an integer from 0 to ${largest}. Save it again with scipy.sparse.save_npz.`,
    );
  }
  return new Int32Array(numbers);
}

interface NamedArray {
  readonly label: string;
  readonly entries: Awaited<ReturnType<typeof readNpyEntries>>;
}

async function readArray(archive: Archive, name: string): Promise<NamedArray> {
  const label = archive.label(name);
  const source = await archive.member(name);
  const header = await readNpyHeader(source, label);
  if (header.shape.length !== 1) {
    const message = `${label}: has ${header.shape.length} dimensions, expected 1.`;
    throw new NonnegError("NONNEG_PARSE", message);
  }
  return { label, entries: await readNpyEntries(source, header, label) };
}

function toNumbers({ label, entries }: NamedArray): HostArray {
  return toHostArray(entries, label, (index) => `position ${index + 1}`);
}

/** A scalar of bytes (`|S3`) or characters (`<U3`), which is how SciPy names the sparse format. */
async function readText(archive: Archive, name: string): Promise<string> {
  const source = await archive.member(name);
  const header = await readNpyHeader(source, archive.label(name));
  const [, kind, length] = /^[|<>]?([SU])(\d{1,3})$/.exec(header.descr) ?? [];
  if (kind === undefined || header.shape.length !== 0) return header.descr;
  const size = Number(length) * (kind === "U" ? 4 : 1);
  const bytes = await readNpyBytes(source, header, size, archive.label(name));
  return Buffer.from(bytes).toString("latin1").replaceAll("\0", "");
}

/**
 * The .npy files of a zip archive, each read at once. yauzl rather than a smaller unzipper: it reads only
 * what is asked for, holds members to their sizes, and shows the checksum, which is verified here.
 */
class Archive {
  readonly path: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.path = path;
    this.#zip = zip;
    this.#entries = entries;
  }

  static async open(path: string): Promise<Archive> {
    const zip = await openPromise(path, { autoClose: false }).catch((error: unknown) => {
      throw damagedZip(path, error);
    });
    try {
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName.endsWith(".npy")) entries.set(entry.fileName.slice(0, -4), entry);
      }
      return new Archive(path, zip, entries);
    } catch (error) {
      await closed(zip);
      throw damagedZip(path, error);
    }
  }

  /** Array names, without ".npy". */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  label(name: string): string {
    return `${this.path}, ${name}.npy`;
  }

  async member(name: string): Promise<ByteSource> {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new NonnegError(
        "NONNEG_PARSE",
        `${this.path}: looks like a sparse matrix of SciPy but has no "${name}". Save it again with scipy.sparse.save_npz.`,
      );
    }
    const bytes = await this.#inflate(entry);
    return {
      size: bytes.length,
      read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
    };
  }

  async #inflate(entry: Entry): Promise<Uint8Array<ArrayBuffer>> {
    const damaged = (cause: unknown) => damagedZip(`${this.path}, ${entry.fileName}`, cause);
    // Deflate makes nothing smaller than 1/1032: a larger claim is a lie, found before memory is taken.
    if (entry.uncompressedSize > 1032 * (entry.compressedSize + 1)) {
      throw damaged(
        new Error(`claims ${entry.uncompressedSize} bytes from ${entry.compressedSize}`),
      );
    }
    const bytes = allocate(Uint8Array, entry.uncompressedSize, this.path);
    let length = 0;
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        bytes.set(chunk as Uint8Array, length); // yauzl stops at uncompressedSize
        length += (chunk as Uint8Array).length;
      }
    } catch (error) {
      throw damaged(error);
    }
    if (crc32(bytes) !== entry.crc32) throw damaged(new Error("the checksum does not match"));
    return bytes;
  }

  close(): Promise<void> {
    return closed(this.#zip);
  }
}

/** Closes the archive and waits, so that on Windows too the file can be replaced right after. */
async function closed(zip: ZipFile): Promise<void> {
  if (!zip.isOpen) return;
  const close = once(zip, "close");
  zip.close();
  await close;
}

function damagedZip(name: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || (cause as NodeJS.ErrnoException).syscall !== undefined)
    return cause;
  const message = `${name}: is no .npz (zip) archive, or a damaged one: ${cause.message.replace(/\.+$/, "")}. Save it again with numpy.savez.`;
  return new NonnegError("NONNEG_PARSE", message, { cause });
}
