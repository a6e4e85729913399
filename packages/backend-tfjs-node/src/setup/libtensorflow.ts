import { copyFile, cp, mkdir, readdir, readlink, stat, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { platform } from "node:process";
import { unzip } from "@nonneg/setup";
import type { Report } from "./progress.js";

/**
 * Headers that the addon includes: TensorFlow's C interface and what that includes itself. A wheel has
 * ten thousand others.
 */
const HEADERS = ["tensorflow/c", "tensorflow/core/platform", "tensorflow/tsl", "tsl"];

/** Names under which the addon's build looks for the two libraries. */
const aliases =
  platform === "darwin"
    ? { main: ["libtensorflow.2.dylib"], framework: ["libtensorflow_framework.2.dylib"] }
    : {
        main: ["libtensorflow.so", "libtensorflow.so.2"],
        framework: ["libtensorflow_framework.so", "libtensorflow_framework.so.2"],
      };

const isMain = (file: string) => /^libtensorflow(_cc)?(\.so|(\.\d+)*\.dylib)(\.\d+)*$/.test(file);
const isFramework = (file: string) =>
  /^libtensorflow_framework(\.so|(\.\d+)*\.dylib)(\.\d+)*$/.test(file);

/** Puts a wheel's library and headers into `deps` of @tensorflow/tfjs-node. */
export async function unpackWheel(
  wheel: string,
  deps: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const message = `Unpacking libtensorflow from ${basename(wheel)}`;
  const place = (entry: string) => {
    const file = basename(entry);
    if (entry === `tensorflow/${file}` && (isMain(file) || isFramework(file)))
      return join(deps, "lib", file);
    if (/^[^/]+\.dist-info\/LICENSE$/.test(entry)) return join(deps, "LICENSE.tensorflow");
    const header = entry.startsWith("tensorflow/include/")
      ? entry.slice("tensorflow/include/".length)
      : "";
    const wanted =
      HEADERS.some((folder) => header.startsWith(`${folder}/`)) && header.endsWith(".h");
    return wanted && !header.includes("..") ? join(deps, "include", header) : undefined;
  };
  report({ stage: "unpack", message });
  await unzip(wheel, place, (bytes) => report({ stage: "unpack", message, bytes }), signal);
  await linkNames(deps);
}

/**
 * The same from a directory: that of the libtensorflow archive (`lib`, `include`), or an installed Python
 * package `tensorflow`.
 * @throws Error where it has no library or no headers
 */
export async function copyLibrary(from: string, deps: string, report: Report): Promise<void> {
  report({ stage: "unpack", message: `Copying libtensorflow from ${from}` });
  await mkdir(join(deps, "lib"), { recursive: true });
  let copied = 0;
  for (const folder of [from, join(from, "lib")]) {
    const names = await readdir(folder).catch((): string[] => []);
    for (const name of names.filter((file) => isMain(file) || isFramework(file))) {
      const source = join(folder, name);
      const target = await readlink(source).catch(() => "");
      // One library under several names, as the archive has it, stays one file.
      if (names.includes(target)) await symlink(target, join(deps, "lib", name));
      else await copyFile(source, join(deps, "lib", name));
      copied += 1;
    }
  }
  if (copied === 0) throw new Error(`${from} has no libtensorflow, neither there nor in lib/`);
  for (const header of HEADERS) {
    const folder = join(from, "include", header);
    if (await isDirectory(folder))
      await cp(folder, join(deps, "include", header), { recursive: true });
  }
  await linkNames(deps);
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

async function linkNames(deps: string): Promise<void> {
  const lib = join(deps, "lib");
  const names = await readdir(lib);
  for (const [there, wanted] of [
    [names.find(isMain), aliases.main],
    [names.find(isFramework), aliases.framework],
  ] as const) {
    if (!there) throw new Error(`No ${wanted[0]} in ${names.join(", ") || "it"}`);
    for (const name of wanted) if (!names.includes(name)) await symlink(there, join(lib, name));
  }
}
