import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { provider } from "../src/index.js";
import { hasVulkanDriver } from "../src/vulkan.js";
import { runnableModes } from "./support.js";

const run = promisify(execFile);
const packages = fileURLToPath(new URL("../..", import.meta.url));

test("an unknown mode is refused, with the known ones as the fix", async () => {
  const found = await provider.isAvailable({ mode: "cuda" });
  expect(found).toMatchObject({
    available: false,
    fix: expect.stringContaining("gpujs:webgpu") as string,
  });
  await expect(provider.create({ mode: "cuda" })).rejects.toMatchObject({
    code: "NONNEG_OPTION",
  });
});

test("without a mode, an emulated GPU comes after what is real", async () => {
  const found = await provider.isAvailable();
  expect(found.available).toBe(true);
  if (found.available) expect(found.device).not.toMatch(/swiftshader|llvmpipe/i);
});

test("where gpu.js is not installed the backend is unavailable, with the command that mends it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "nonneg-gpujs-"));
  try {
    const scope = join(directory, "node_modules/@nonneg");
    for (const part of ["dist", "package.json"]) {
      const to = join(scope, "backend-gpujs", part);
      await cp(join(packages, "backend-gpujs", part), to, { recursive: true });
    }
    await symlink(join(packages, "core"), join(scope, "core"), "junction");
    const script = `
      import { provider } from "@nonneg/backend-gpujs";
      console.log(JSON.stringify([await provider.isAvailable(), await provider.create().catch((error) => error.code)]));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
      cwd: directory,
      // vitest's launcher may name directories there in which gpu.js is found
      env: { ...process.env, NODE_PATH: "" },
    });
    expect(JSON.parse(stdout)).toEqual([
      {
        available: false,
        reason: 'The package "gpu.js" is not installed.',
        fix: expect.stringMatching(/^npm install gpu\.js/) as string,
      },
      "NONNEG_BACKEND_UNAVAILABLE",
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});

const nowhere = "/nonexistent";
const bare = {
  PATH: process.env["PATH"],
  XDG_CONFIG_HOME: nowhere,
  XDG_CONFIG_DIRS: nowhere,
  XDG_DATA_HOME: nowhere,
  XDG_DATA_DIRS: nowhere,
};

test.skipIf(process.platform !== "linux" || hasVulkanDriver(bare))(
  "without a Vulkan driver webgpu is unavailable, with a fix and without noise",
  async () => {
    const script = `
      import { provider } from ${JSON.stringify(join(packages, "backend-gpujs/dist/index.js"))};
      console.log(JSON.stringify(await provider.isAvailable({ mode: "webgpu" })));`;
    const given = ["--input-type=module", "-e", script];
    const { stdout, stderr } = await run(process.execPath, given, { env: bare });
    expect(JSON.parse(stdout)).toEqual({
      available: false,
      reason: "WebGPU needs a Vulkan driver, and none is installed.",
      fix: expect.stringContaining("VK_ICD_FILENAMES=") as string,
    });
    expect(stderr).toBe("");
  },
);

// Stand-ins for the package: no binary was built, and no display to draw on.
test.each([
  ["is missing", undefined, 'gpu.js finds no package "gl".', "npm install gl@8.1.6"],
  [
    "does not load",
    'throw new Error("no binary")',
    'The package "gl" 8.1.6 does not load: no binary',
    "npm install gl@8.1.6",
  ],
  ["has no display", "module.exports = () => null", /DISPLAY|OpenGL/, /xvfb-run|driver/],
])(
  "where gl %s, headlessgl is unavailable, with a fix and without noise",
  async (_, source, reason, fix) => {
    const directory = await mkdtemp(join(tmpdir(), "nonneg-gpujs-"));
    try {
      if (source !== undefined) {
        const gl = join(directory, "gl");
        await mkdir(gl);
        await writeFile(join(gl, "package.json"), '{ "name": "gl", "version": "8.1.6" }');
        await writeFile(join(gl, "index.js"), source);
      }
      const script = `
        import { provider } from ${JSON.stringify(join(packages, "backend-gpujs/dist/index.js"))};
        console.log(JSON.stringify(await provider.isAvailable({ mode: "headlessgl" })));`;
      const { stdout, stderr } = await run(
        process.execPath,
        ["--input-type=module", "-e", script],
        { env: { ...process.env, NODE_PATH: directory } },
      );
      const matching = (text: string | RegExp) =>
        typeof text === "string" ? text : (expect.stringMatching(text) as string);
      expect(JSON.parse(stdout)).toEqual({
        available: false,
        reason: matching(reason),
        fix: matching(fix),
      });
      expect(stderr).toBe("");
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);

test.each(await runnableModes())(
  "a process that used gpujs:%s ends by itself, and says nothing",
  async (mode) => {
    const script = `
    import { provider } from ${JSON.stringify(join(packages, "backend-gpujs/dist/index.js"))};
    const backend = await provider.create({ mode: "${mode}" });
    const one = { rows: 1, cols: 1, dtype: "float32", format: "dense" };
    const handle = backend.upload(one, Float32Array.of(3));
    console.log((await backend.download([{ ...one, handle }]))[0][0]);
    await backend[Symbol.asyncDispose]();`;
    const ended = await run(process.execPath, ["--input-type=module", "-e", script], {
      timeout: 30_000,
    });
    expect(ended).toEqual({ stdout: "3\n", stderr: "" });
  },
);
