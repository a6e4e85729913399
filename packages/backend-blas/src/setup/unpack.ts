import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";

/**
 * Writes the shared libraries of a wheel (on macOS some in a folder beside, found by their relative
 * place) and their license to `directory`.
 */
export async function unpack(
  wheel: string,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const zip = await openPromise(wheel);
  for await (const entry of zip.eachEntry()) {
    const place = placeOf(entry.fileName);
    if (place === undefined) continue;
    const file = join(directory, place);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file), { signal });
  }
}

function placeOf(entry: string): string | undefined {
  if (/\.dist-info\/(licenses\/)?LICENSE[^/]*$/.test(entry)) return "LICENSE.txt";
  const inside = /^scipy_openblas32\/([\w./-]+\.(?:so|dylib|dll)(?:\.[\d.]+)?)$/.exec(entry)?.[1];
  return inside === undefined || inside.includes("..") ? undefined : inside;
}
