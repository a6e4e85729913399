/**
 * Which kernels an OpenBLAS should run: one that is older than the CPU does not know it and falls back
 * to kernels of twenty years ago, unless OPENBLAS_CORETYPE names better ones before it is loaded.
 */
import { readFileSync } from "node:fs";

const avx512 = ["avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl"];
const avx2 = ["avx2", "fma"];

/** Names that openblas_get_corename gives to x86 kernels without AVX2, in lower case. */
const withoutAvx2 = [
  ...["generic", "katmai", "coppermine", "northwood", "prescott", "banias", "core2", "penryn"],
  ...["dunnington", "nehalem", "sandybridge", "athlon", "opteron", "opteron_sse3", "barcelona"],
  ...["bobcat", "bulldozer", "piledriver", "steamroller", "atom", "nano"],
];
const withoutAvx512 = [...withoutAvx2, "haswell", "zen", "excavator"];

/**
 * The value of OPENBLAS_CORETYPE that serves this CPU better than the kernels that run; undefined
 * where there is none, or they are unknown.
 */
export function betterCore(kernel: string, flags: ReadonlySet<string>): string | undefined {
  const name = kernel.toLowerCase();
  const has = (wanted: readonly string[]) => wanted.every((flag) => flags.has(flag));
  if (has(avx512) && withoutAvx512.includes(name)) return "SKYLAKEX";
  if (has(avx2) && withoutAvx2.includes(name)) return "HASWELL";
  return undefined;
}

/** What the CPU can do, as Linux names it; empty on other systems. */
export function cpuFlags(): ReadonlySet<string> {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "latin1"))?.[1] ?? "";
    return new Set(flags.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}
