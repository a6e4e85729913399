import { constants, open, type FileHandle } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { NonnegError } from "@nonneg/core";
import { allocate } from "./allocate.js";

/** Bytes that can be read from any place: a file, or a member of an archive. */
export interface ByteSource {
  readonly size: number;
  /** `length` bytes from `offset`, in memory of their own (so that they can be viewed as any typed array). */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Runs a reader and turns what the system or zlib throws into a `NonnegError` about `path`.
 * @throws NonnegError NONNEG_IO (cannot be read), NONNEG_PARSE (damaged gzip), and what `read` throws
 */
export async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw asNonnegError(error, path);
  }
}

function asNonnegError(error: unknown, path: string): unknown {
  if (error instanceof NonnegError || !(error instanceof Error)) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code?.startsWith("Z_")) {
    const message = `${path}: the gzip data are damaged or cut short (${error.message}). Make or fetch the file again.`;
    return new NonnegError("NONNEG_PARSE", message, { cause: error });
  }
  if (code === undefined || syscall === undefined) return error;
  const why =
    code === "ENOENT"
      ? "there is no such file"
      : code === "EACCES" || code === "EPERM"
        ? "reading it is not permitted"
        : error.message;
  return new NonnegError("NONNEG_IO", `${path}: cannot be read: ${why}.`, { cause: error });
}

/**
 * Opens a regular file. A directory, pipe or device is refused: readers go by the size of the file.
 * @throws NonnegError NONNEG_IO, and the system's error where it cannot be opened
 */
export async function openRegular(path: string): Promise<{ handle: FileHandle; size: number }> {
  // O_NONBLOCK (nothing on Windows): to open a pipe would be to wait for someone to write to it.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      const what = stats.isDirectory() ? "a directory" : "a pipe or a device";
      throw new NonnegError("NONNEG_IO", `${path}: is ${what}, expected a regular file.`);
    }
    return { handle, size: stats.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

// One read of the system takes at most 2 GiB − 1.
const largestRead = 2 ** 30;

/** Runs `use` on the bytes of a file, and closes it. */
export async function withFile<T>(path: string, use: (file: ByteSource) => Promise<T>): Promise<T> {
  const { handle, size } = await openRegular(path);
  try {
    return await use({
      size,
      async read(offset, length) {
        const bytes = allocate(Uint8Array, length, path);
        for (let done = 0; done < length;) {
          const wanted = Math.min(length - done, largestRead);
          const { bytesRead } = await handle.read(bytes, done, wanted, offset + done);
          if (bytesRead === 0) {
            throw new NonnegError("NONNEG_IO", `${path}: became shorter while it was read.`);
          }
          done += bytesRead;
        }
        return bytes;
      },
    });
  } finally {
    await handle.close();
  }
}

/** The bytes of a file as a stream, unzipped where they start like gzip, whatever the file is called. */
export async function openStream(path: string): Promise<Readable> {
  const { handle } = await openRegular(path);
  const magic = Buffer.alloc(2);
  await handle.read(magic, 0, 2, 0).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  const file = handle.createReadStream({ start: 0, highWaterMark: 2 ** 18 });
  const gzip = magic.readUInt16BE(0) === 0x1f8b;
  // The callback is empty because an error of either stream reaches whoever reads the last one.
  return gzip ? pipeline(file, createGunzip({ chunkSize: 2 ** 18 }), () => {}) : file;
}
