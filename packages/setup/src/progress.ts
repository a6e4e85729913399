import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** What a setup is at. `stage` is one of those that the setup goes through. */
export interface SetupProgress<Stage extends string> {
  readonly stage: Stage;
  /** what is being done, for people */
  readonly message: string;
  /** bytes received or unpacked so far, where they can be counted */
  readonly bytes?: number;
  readonly totalBytes?: number;
}

const EVERY_MS = 500;

/** Calls `tell` with the size of `directory` twice a second while `work` goes on. */
export async function whileWatching<T>(
  directory: string,
  tell: (bytes: number) => void,
  work: Promise<T>,
): Promise<T> {
  let watching = true;
  const look = () =>
    void size(directory).then((bytes) => {
      // A look that ends after the work tells nothing any more.
      if (watching) tell(bytes);
    });
  const timer = setInterval(look, EVERY_MS);
  try {
    return await work;
  } finally {
    watching = false;
    clearInterval(timer);
  }
}

/** Bytes of the files in a directory and below; files that vanish meanwhile count nothing. */
async function size(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        (info) => info.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
