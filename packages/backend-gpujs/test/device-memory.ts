import { createRequire } from "node:module";

/** What is alive on the devices of this process, whoever made it, gpu.js's own included. */
export interface DeviceMemory {
  /** Buffers or textures made and not deleted. */
  count: number;
  bytes: number;
}

/** Counts in every device that is opened from now on; in a mode without one there is always nothing. */
export async function watchDevices(mode: string): Promise<() => DeviceMemory> {
  if (mode === "webgpu") return watchBuffers();
  if (mode === "headlessgl") return watchTextures();
  return () => ({ count: 0, bytes: 0 });
}

async function watchBuffers(): Promise<() => DeviceMemory> {
  interface Buffer {
    readonly size: number;
    destroy(): void;
  }
  const { globals } = (await import("webgpu")) as unknown as {
    globals: { GPUDevice: { prototype: { createBuffer(...given: unknown[]): Buffer } } };
  };
  const { prototype } = globals.GPUDevice;
  const create = prototype.createBuffer; // eslint-disable-line @typescript-eslint/unbound-method
  const live = { count: 0, bytes: 0 };
  prototype.createBuffer = function (...given) {
    const buffer = create.apply(this, given);
    const destroy = buffer.destroy.bind(buffer);
    let destroyed = false;
    live.count++;
    live.bytes += buffer.size;
    buffer.destroy = () => {
      if (!destroyed) {
        live.count--;
        live.bytes -= buffer.size;
      }
      destroyed = true;
      destroy();
    };
    return buffer;
  };
  return () => ({ ...live });
}

/** The package `gl` keeps a texture's name until the driver has deleted it. */
function watchTextures(): () => DeviceMemory {
  interface Texture {
    readonly _: number;
    readonly _levelWidth: Int32Array;
    readonly _levelHeight: Int32Array;
  }
  interface Context {
    createTexture: () => Texture;
  }
  const { HeadlessGLKernel } = createRequire(import.meta.url)("gpu.js") as {
    HeadlessGLKernel: { prototype: { initContext(): Context } };
  };
  const { prototype } = HeadlessGLKernel;
  const init = prototype.initContext; // eslint-disable-line @typescript-eslint/unbound-method
  let textures: Texture[] = [];
  prototype.initContext = function () {
    const context = init.call(this);
    const create = context.createTexture;
    context.createTexture = () => {
      const texture = create();
      textures.push(texture);
      return texture;
    };
    return context;
  };
  const texel = 4 * Float32Array.BYTES_PER_ELEMENT;
  return () => {
    textures = textures.filter((texture) => texture._ !== 0);
    const bytes = textures.map((one) => texel * one._levelWidth[0]! * one._levelHeight[0]!);
    return { count: textures.length, bytes: bytes.reduce((sum, size) => sum + size, 0) };
  };
}
