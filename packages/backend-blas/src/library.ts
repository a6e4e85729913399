import { env, platform } from "node:process";
import { existsSync } from "node:fs";
import { defaultCacheDirectory } from "@nonneg/setup";
import { installation, libraryIn } from "./cache.js";
import { findCblas, type Cblas } from "./cblas.js";
import { betterCore, cpuFlags } from "./core-type.js";
import { type Native, open } from "./native.js";
import { SingleThread } from "./single-thread.js";
import { identify, type Vendor } from "./vendor.js";
import { verify, type Verified } from "./verify.js";

/** A library that was loaded and multiplied correctly. */
export interface Library {
  readonly cblas: Cblas;
  readonly vendor: Vendor;
  readonly verified: Verified;
  readonly threads: SingleThread;
  readonly path: string;
  /** What to say of OPENBLAS_CORETYPE where it asks for kernels below what the CPU has. */
  readonly slowCore: string | undefined;
}

/**
 * Libraries by path or name. A library, its number of threads and what it was found to compute are
 * the process's state, which several backends share.
 */
const loaded = new Map<string, Library | Error>();

/**
 * The first library that can be loaded and multiplies correctly of: `explicit` and no other; the
 * system's, by their usual names; what `setup` left in the cache.
 * @throws Error that says what was tried, and why each one that was found is not taken
 */
export function loadLibrary(explicit?: string): Library {
  if (explicit !== undefined) return loadGiven(explicit);
  const refused: string[] = [];
  for (const path of [...systemNames(), ...brought()]) {
    try {
      const library = load(path);
      if (library.vendor.kernel !== "generic") return library;
      refused.push(`${path}: it has no kernels for this CPU`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof Absent)) refused.push(`${path}: ${reason}`);
    }
  }
  throw new Error(
    refused.length > 0
      ? `no BLAS that was found can be used (${refused.join("; ")})`
      : `there is no ${systemNames().join(", ")} here, and nothing is set up in ${defaultCacheDirectory()}`,
  );
}

/** In another thread of a process that has loaded and verified the library already. */
export function attachLibrary(path: string): Cblas {
  const { cblas, vendor } = describe(open(path));
  // MKL's setting belongs to a thread, the others' to the process, where it is 1 by now.
  if (vendor.name === "mkl") vendor.threads?.set(1);
  return cblas;
}

function loadGiven(path: string): Library {
  try {
    return load(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw error instanceof Absent ? error : new Error(`${path}: ${reason}`, { cause: error });
  }
}

/** The names under which a BLAS for many threads is installed; plain `libblas` is often the slow reference. */
function systemNames(): readonly string[] {
  if (platform === "darwin") {
    return ["/System/Library/Frameworks/Accelerate.framework/Accelerate"];
  }
  if (platform === "win32") return ["mkl_rt.2.dll", "libopenblas.dll", "openblas.dll"];
  return ["libmkl_rt.so.2", "libmkl_rt.so", "libopenblas.so.0", "libopenblas.so", "libblis.so.4"];
}

function brought(): readonly string[] {
  const path = libraryIn(installation(defaultCacheDirectory()));
  return existsSync(path) ? [path] : [];
}

/** Not there, as opposed to there and not working. */
class Absent extends Error {}

function load(path: string): Library {
  let found = loaded.get(path);
  if (found === undefined) {
    try {
      found = examine(path);
    } catch (error) {
      // What is not there may be installed later.
      if (error instanceof Absent) throw error;
      found = error instanceof Error ? error : new Error(String(error));
    }
    loaded.set(path, found);
  }
  if (found instanceof Error) throw found;
  return found;
}

function examine(path: string): Library {
  let native = openOr(path);
  let { cblas, vendor } = describe(native);
  const asked = env["OPENBLAS_CORETYPE"];
  let slowCore: string | undefined;
  const better =
    vendor.name === "openblas" && vendor.kernel !== undefined
      ? betterCore(vendor.kernel, cpuFlags())
      : undefined;
  // A core type that somebody asked for stays, and is told of.
  if (better !== undefined && asked) {
    slowCore = `${asked}, slower than ${better}, which this CPU has`;
  } else if (better !== undefined) {
    native.unload();
    env["OPENBLAS_CORETYPE"] = better;
    try {
      native = openOr(path);
    } finally {
      delete env["OPENBLAS_CORETYPE"];
    }
    ({ cblas, vendor } = describe(native));
  }
  const threads = new SingleThread(vendor.threads);
  threads.enter();
  try {
    return { cblas, vendor, verified: verify(cblas), threads, path, slowCore };
  } finally {
    threads.leave();
  }
}

/** @throws Absent where there is no such file, Error with the system's reason where it cannot be loaded */
function openOr(path: string): Native {
  try {
    return open(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The reason names a file only where another one is missing, which the library needs.
    const absent = /library: cannot open shared object file: No such file/.test(reason);
    if (absent) throw new Absent(`there is no ${path}`, { cause: error });
    throw new Error(reason, { cause: error });
  }
}

function describe(native: Native): { cblas: Cblas; vendor: Vendor } {
  const cblas = findCblas(native);
  if (cblas === undefined) throw new Error("it has no cblas_sgemm, cblas_ssyrk and cblas_sdot");
  return { cblas, vendor: identify(native, cblas) };
}
