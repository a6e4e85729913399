import koffi from "koffi";

/** A C function of a shared library. */
export type NativeFunction = (...args: readonly unknown[]) => unknown;

/** A shared library that is loaded. It stays loaded for the life of the process unless `unload` is called. */
export interface Native {
  /** The function of that name and type, such as `c("int", "f", ["float"])`; undefined where the library has none. */
  find(result: string, name: string, parameters: readonly string[]): NativeFunction | undefined;
  unload(): void;
}

/** @throws Error with the system's reason */
export function open(path: string): Native {
  const library = koffi.load(path);
  return {
    find(result, name, parameters) {
      try {
        return library.func(name, result, [...parameters]) as NativeFunction;
      } catch (error) {
        if (error instanceof Error && error.message.startsWith("Cannot find function")) {
          return undefined;
        }
        throw error;
      }
    },
    unload: () => library.unload(),
  };
}

/** Where a buffer begins in the process's memory. Exact: user space ends below 2^53. */
export function addressOf(buffer: ArrayBufferLike): number {
  return Number(koffi.address(new Uint8Array(buffer)));
}
