import { createRequire } from "node:module";
import type { GpuJs } from "./gpu-js.js";

/** Why something cannot be had, and what mends it. */
export interface Unavailable {
  readonly reason: string;
  readonly fix: string;
}

export type Loaded<T> = { readonly module: T; readonly version: string } | Unavailable;

const require = createRequire(import.meta.url);

/** gpu.js, which is CommonJS. */
export async function loadGpuJs(): Promise<Loaded<GpuJs>> {
  return load("gpu.js", async () => require("gpu.js") as GpuJs);
}

/** Dawn's WebGPU for Node. */
export interface WebGpuPackage {
  create(options: readonly string[]): unknown;
}

export async function loadWebGpu(): Promise<Loaded<WebGpuPackage>> {
  const name = "webgpu"; // not a literal, so that nobody's types need an optional package
  return load(name, async () => (await import(name)) as WebGpuPackage);
}

/** headless-gl, an optional dependency of gpu.js, which finds it or not for itself: looked for from where it stands. */
export function loadGl(): { readonly version: string } | Unavailable {
  let version: string | undefined;
  try {
    const requireOfGpuJs = createRequire(require.resolve("gpu.js"));
    ({ version } = requireOfGpuJs("gl/package.json") as { version: string });
    requireOfGpuJs("gl");
    return { version };
  } catch (error) {
    const reason =
      version === undefined
        ? 'gpu.js finds no package "gl".'
        : `The package "gl" ${version} does not load: ${messageOf(error)}`;
    return { reason, fix: "npm install gl@8.1.6" };
  }
}

async function load<T>(name: string, run: () => Promise<T>): Promise<Loaded<T>> {
  const fix = "npm install gpu.js@2.24.1 webgpu@0.6.2";
  let version: string;
  try {
    ({ version } = require(`${name}/package.json`) as { version: string });
  } catch {
    return { reason: `The package "${name}" is not installed.`, fix };
  }
  try {
    return { module: await run(), version };
  } catch (error) {
    return {
      reason: `The package "${name}" ${version} does not load: ${messageOf(error)}`,
      fix,
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
