// Compiles assembly/ to dist/binary.js, a module that carries the WebAssembly binary as base64: it
// then loads in Node, in browsers and through every bundler without a file to be found at run time.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * @param {string[]} flags
 * @returns {Promise<string>}
 */
async function compile(...flags) {
  /** @type {Uint8Array | undefined} */
  let binary;
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      "assembly/index.ts",
      "--baseDir",
      here,
      "--outFile",
      "nonneg.wasm",
      "--runtime",
      "stub",
      "-O3",
      "--noAssert",
      "--importMemory",
      "--sharedMemory",
      "--initialMemory",
      "1",
      "--maximumMemory",
      "65536",
      // below: the control block of the threads (src/tasks.ts)
      "--memoryBase",
      "4096",
      "--enable",
      "simd",
      "--enable",
      "threads",
      ...flags,
    ],
    {
      stderr,
      writeFile(name, contents) {
        if (name.endsWith(".wasm") && typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`asc: ${error?.message}\n${stderr.toString()}`);
  return Buffer.from(binary).toString("base64");
}

await mkdir(new URL("dist/", import.meta.url), { recursive: true });
await writeFile(
  new URL("dist/binary.js", import.meta.url),
  `export const plain = "${await compile()}";\n`,
);
