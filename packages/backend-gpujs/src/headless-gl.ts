import { type Device, failed, isSoftware } from "./device.js";
import type { DeviceArray, GpuJs } from "./gpu-js.js";
import { loadGl, type Unavailable } from "./load.js";

/** What is used of WebGL; the names are the standard's. */
export interface WebGl {
  readonly FRAMEBUFFER: number;
  readonly COLOR_ATTACHMENT0: number;
  readonly TEXTURE_2D: number;
  readonly RGBA: number;
  readonly FLOAT: number;
  readonly NO_ERROR: number;
  readonly OUT_OF_MEMORY: number;
  readonly INVALID_FRAMEBUFFER_OPERATION: number;
  readonly RENDERER: number;
  readonly MAX_TEXTURE_SIZE: number;
  activeTexture(unit: number): void;
  bindFramebuffer(target: number, framebuffer: unknown): void;
  bindTexture(target: number, texture: unknown): void;
  framebufferTexture2D(
    target: number,
    attachment: number,
    textureTarget: number,
    texture: unknown,
    level: number,
  ): void;
  texImage2D(target: number, level: number, internalFormat: number, ...rest: unknown[]): void;
  readPixels(x: number, y: number, width: number, height: number, ...rest: unknown[]): void;
  getError(): number;
  getParameter(name: number): unknown;
  /** The driver's own answer, where the standard's hides it: an inside of `gl` 8. */
  _getParameterDirect?(name: number): unknown;
}

/** Insides of gpu.js 2.24.1's results and kernels of mode "headlessgl". */
interface TextureResult extends DeviceArray {
  readonly texture: unknown;
  /** In texels, of four entries each. */
  readonly size: ArrayLike<number>;
  readonly output: readonly number[];
  readonly context: WebGl;
  readonly kernel: { readonly framebuffer: unknown };
}
interface KernelInsides {
  texture: TextureResult | null;
  readonly framebuffer: unknown;
  readonly context: WebGl;
  /** `texture`: of arguments that come from the host. */
  readonly kernelArguments: {
    readonly texture: unknown;
    readonly contextHandle: number;
    uploadValue: unknown;
  }[];
}

export interface WebGlAdapter {
  readonly device: string;
  readonly software: boolean;
  readonly maxElements: number;
  /** Version of the package `gl`. */
  readonly version: string;
}

/** Looks for what gpu.js can draw on. */
export function findWebGl({ GPU, HeadlessGLKernel }: GpuJs): WebGlAdapter | Unavailable {
  const gl = loadGl();
  if ("reason" in gl) return gl;
  const linux = process.platform === "linux";
  if (!GPU.isHeadlessGLSupported) {
    const display = process.env["DISPLAY"];
    return {
      reason: linux
        ? `The package "gl" draws on an X display with OpenGL, and ${display ? `${display} is none` : "DISPLAY is not set"}.`
        : 'The package "gl" got no OpenGL context.',
      fix: linux
        ? "run it in a graphical session or, on a server, under xvfb-run -a (apt-get install xvfb libgl1-mesa-dri)"
        : "update the driver of your GPU",
    };
  }
  const { testContext: context, features } = HeadlessGLKernel;
  if (
    !features.isTextureFloat ||
    !features.isFloatRead ||
    features.highFloatPrecision.precision < 23
  ) {
    return { reason: "The OpenGL driver has no float32 textures.", fix: "use gpujs:webgpu" };
  }
  const name =
    context._getParameterDirect?.(context.RENDERER) ?? context.getParameter(context.RENDERER);
  const device = String(name);
  return {
    device,
    software: isSoftware(device),
    // Four entries a texel. An index has to be an integer that the shaders know.
    maxElements: Math.min(
      4 * features.maxTextureSize ** 2,
      2 ** features.highIntPrecision.rangeMax,
    ),
    version: gl.version,
  };
}

function attach(gl: WebGl, framebuffer: unknown, texture: unknown): void {
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
}

export const webGl: Device = {
  matrix: "MemoryOptimizedNumberTexture",
  settings: {
    optimizeFloatMemory: true,
    tactic: "precision",
    // Else every quotient is searched for whole numbers. `quotient` corrects those that matter.
    fixIntegerDivisionAccuracy: false,
  },

  // gpu.js keeps, in each kernel, the last output, attached to a framebuffer, and the last array from the host.
  letGo(kernel) {
    const insides = kernel as KernelInsides;
    const gl = insides.context;
    insides.texture?.delete();
    insides.texture = null;
    attach(gl, insides.framebuffer, null);
    for (const argument of insides.kernelArguments) {
      if (!argument.texture) continue;
      gl.activeTexture(argument.contextHandle);
      gl.bindTexture(gl.TEXTURE_2D, argument.texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.FLOAT, null);
      argument.uploadValue = null;
    }
  },

  // Its own toArray leaves the texture attached to a framebuffer of each size, which keeps it from being deleted.
  read(value) {
    const { context: gl, kernel, texture, size, output } = value as TextureResult;
    const [width, height] = [size[0]!, size[1]!];
    const pixels = new Float32Array(4 * width * height);
    attach(gl, kernel.framebuffer, texture);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.FLOAT, pixels);
    attach(gl, kernel.framebuffer, null);
    return pixels.slice(0, output[0]);
  },

  watch(result) {
    const gl = (result as TextureResult).context;
    let first: number = gl.NO_ERROR;
    return {
      check() {
        if (first === gl.NO_ERROR) first = gl.getError();
        if (first === gl.NO_ERROR) return;
        const what = {
          [gl.OUT_OF_MEMORY]: "out of memory",
          [gl.INVALID_FRAMEBUFFER_OPERATION]: "a texture to draw on could not be made",
        }[first];
        throw failed(what ?? `WebGL error 0x${first.toString(16)}`);
      },
      dispose() {
        // nothing was registered
      },
    };
  },
};
