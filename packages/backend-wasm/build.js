// Compiles assembly/ to dist/binary.js, a module that carries the WebAssembly binary as base64: it
// then loads in Node, in browsers and through every bundler without a file to be found at run time.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));

/** @param {string[]} flags */
async function compile(...flags) {
  let binary;
  const { error, stderr } = await asc.main(
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
      writeFile(name, contents) {
        if (name.endsWith(".wasm")) binary = contents;
      },
    },
  );
  if (error) throw new Error(`asc: ${error.message}\n${stderr}`);
  return Buffer.from(binary).toString("base64");
}

await mkdir(new URL("dist/", import.meta.url), { recursive: true });
await writeFile(
  new URL("dist/binary.js", import.meta.url),
  `export const plain = "${await compile()}";\n`,
);
