import type { Affixes } from "./cblas.js";
import type { Native } from "./native.js";

/** What a library says of itself, and its number of threads. */
export interface Vendor {
  readonly name: "openblas" | "mkl" | "blis" | "accelerate" | "blas";
  /** version and kernel, such as "0.3.34 SkylakeX" */
  readonly version: string;
  /** the kernel that it chose for this CPU, where it says so */
  readonly kernel: string | undefined;
  /** absent: the library has no such control */
  readonly threads?: ThreadControl;
}

/** Threads of one call. */
export interface ThreadControl {
  get(): number;
  set(threads: number): void;
}

export function identify(library: Native, affixes: Affixes): Vendor {
  return (
    openblas(library, affixes) ??
    mkl(library) ??
    blis(library) ??
    accelerate(library) ?? { name: "blas", version: "unknown", kernel: undefined }
  );
}

function openblas(library: Native, { prefix, suffix }: Affixes): Vendor | undefined {
  const find = (name: string, result: string, parameters: readonly string[]) =>
    library.find(result, `${prefix}openblas_${name}${suffix}`, parameters);
  const config = find("get_config", "const char *", []);
  if (config === undefined) return undefined;
  // "OpenBLAS 0.3.34 DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=64"
  const version = /OpenBLAS (\S+)/.exec(String(config()))?.[1] ?? "unknown";
  const kernel = find("get_corename", "const char *", [])?.();
  return {
    name: "openblas",
    version: typeof kernel === "string" ? `${version} ${kernel}` : version,
    kernel: typeof kernel === "string" ? kernel : undefined,
    ...control(find("get_num_threads", "int", []), find("set_num_threads", "void", ["int"])),
  };
}

/** The setting of the calling thread alone, so that nobody else in the process sees it. */
function mkl(library: Native): Vendor | undefined {
  const describe = library.find("void", "MKL_Get_Version_String", ["void *", "int"]);
  if (describe === undefined) return undefined;
  const text = Buffer.alloc(198);
  describe(text, text.length);
  // "Intel(R) oneAPI Math Kernel Library Version 2025.0-Product Build …"
  const version = /Version (\S+?)(?:-|\s|$)/.exec(text.toString("latin1"))?.[1] ?? "unknown";
  return {
    name: "mkl",
    version,
    kernel: undefined,
    ...control(
      library.find("int", "MKL_Get_Max_Threads", []),
      library.find("int", "MKL_Set_Num_Threads_Local", ["int"]),
    ),
  };
}

function blis(library: Native): Vendor | undefined {
  const version = library.find("const char *", "bli_info_get_version_str", [])?.();
  if (version === undefined) return undefined;
  const id = library.find("int", "bli_arch_query_id", [])?.();
  const kernel = library.find("const char *", "bli_arch_string", ["int"])?.(id);
  return {
    name: "blis",
    version: [version, kernel].join(" ").trim(),
    kernel: typeof kernel === "string" ? kernel : undefined,
    // dim_t: 64 bits in every 64-bit build, whatever the BLAS interface has
    ...control(
      library.find("int64_t", "bli_thread_get_num_threads", []),
      library.find("void", "bli_thread_set_num_threads", ["int64_t"]),
    ),
  };
}

/** Accelerate has many threads or one: BLAS_THREADING of its headers, 0 and 1 (macOS 15 and later). */
function accelerate(library: Native): Vendor | undefined {
  if (library.find("void", "vDSP_vadd", []) === undefined) return undefined;
  const get = library.find("uint", "BLASGetThreading", []);
  const set = library.find("int", "BLASSetThreading", ["uint"]);
  return {
    name: "accelerate",
    version: "system",
    kernel: undefined,
    ...control(get && (() => (get() === 1 ? 1 : 2)), set && ((n) => set(n === 1 ? 1 : 0))),
  };
}

function control(
  get: (() => unknown) | undefined,
  set: ((threads: number) => unknown) | undefined,
): { threads?: ThreadControl } {
  if (get === undefined || set === undefined) return {};
  return { threads: { get: () => Number(get()), set: (threads) => void set(threads) } };
}
