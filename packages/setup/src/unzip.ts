import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";

/** Writes the entries for which `place` names a file, one after another, streaming. */
export async function unzip(
  archive: string,
  place: (entry: string) => string | undefined,
  tell: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const zip = await openPromise(archive);
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const file = place(entry.fileName);
    if (file === undefined) continue;
    await mkdir(dirname(file), { recursive: true });
    const content = await zip.openReadStreamPromise(entry);
    await pipeline(content, createWriteStream(file), { signal });
    bytes += entry.uncompressedSize;
    tell(bytes);
  }
}
