import type { HostArray } from "@nonneg/core";
import type { Native, NativeFunction } from "./native.js";

/** Names of one build's functions: SciPy's OpenBLAS has scipy_cblas_sgemm, 64-bit builds cblas_sgemm64_ or cblas_sgemm_64. */
export interface Affixes {
  readonly prefix: string;
  readonly suffix: string;
}

/** The address of a number in the process: cheaper to make than a view, thousands of which are passed in one step. */
export type Pointer = number;

/** C (m×n) = op(A)·op(B) of depth k, row-major; a step is what lies between two rows, in entries. */
export interface Gemm<Entries = HostArray | Pointer> {
  readonly wide: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Entries;
  readonly aStep: number;
  readonly transA: boolean;
  readonly b: Entries;
  readonly bStep: number;
  readonly transB: boolean;
  readonly c: Entries;
  readonly cStep: number;
  /** add to C instead of overwriting it */
  readonly accumulate: boolean;
}

/** The upper half of C (n×n) = AᵀA of depth k (`transA`), or AAᵀ. */
export type Syrk<Entries = HostArray | Pointer> = Omit<
  Gemm<Entries>,
  "m" | "b" | "bStep" | "transB"
>;

/** B (cols × rows) = Aᵀ, row-major. */
export interface Transpose<Entries = HostArray | Pointer> {
  readonly wide: boolean;
  readonly rows: number;
  readonly cols: number;
  readonly a: Entries;
  readonly b: Entries;
}

/** What this backend takes from a BLAS, on any memory: f64 where `wide`, else f32. */
export interface Cblas extends Affixes {
  readonly integerBits: 32 | 64;
  gemm(call: Gemm): void;
  syrk(call: Syrk): void;
  /** an extension that OpenBLAS has and many do not */
  transpose?(call: Transpose): void;
}

// CBLAS_ORDER, CBLAS_TRANSPOSE and CBLAS_UPLO of cblas.h.
const rowMajor = 101;
const noTrans = 111;
const trans = 112;
const upper = 121;

/** @returns undefined where the library has no CBLAS under a known name */
export function findCblas(library: Native): Cblas | undefined {
  for (const prefix of ["", "scipy_"]) {
    for (const suffix of ["", "64_", "_64"]) {
      const cblas = withAffixes(library, { prefix, suffix });
      if (cblas !== undefined) return cblas;
    }
  }
  return undefined;
}

function withAffixes(library: Native, affixes: Affixes): Cblas | undefined {
  const { prefix, suffix } = affixes;
  const find = (name: string, result: string, parameters: readonly string[]) =>
    library.find(result, `${prefix}cblas_${name}${suffix}`, parameters);

  const dot = find("sdot", "float", ["int64_t", "void *", "int64_t", "void *", "int64_t"]);
  if (dot === undefined) return undefined;
  const integerBits = widthOfIntegers(dot);
  const int = integerBits === 64 ? "int64_t" : "int32_t";

  const gemmOf = (letter: "s" | "d", real: string) =>
    find(`${letter}gemm`, "void", [
      ...["int", "int", "int", int, int, int, real],
      ...["void *", int, "void *", int, real, "void *", int],
    ]);
  const syrkOf = (letter: "s" | "d", real: string) =>
    find(`${letter}syrk`, "void", [
      ...["int", "int", "int", int, int, real, "void *", int, real, "void *", int],
    ]);
  const transposeOf = (letter: "s" | "d", real: string) =>
    find(`${letter}omatcopy`, "void", ["int", "int", int, int, real, "void *", int, "void *", int]);
  const gemm = { single: gemmOf("s", "float"), double: gemmOf("d", "double") };
  const syrk = { single: syrkOf("s", "float"), double: syrkOf("d", "double") };
  const copy = { single: transposeOf("s", "float"), double: transposeOf("d", "double") };
  if (!complete(gemm) || !complete(syrk)) return undefined;

  return {
    ...affixes,
    integerBits,
    gemm({ wide, m, n, k, a, aStep, transA, b, bStep, transB, c, cStep, accumulate }) {
      const call = wide ? gemm.double : gemm.single;
      const [opA, opB] = [transA ? trans : noTrans, transB ? trans : noTrans];
      call(rowMajor, opA, opB, m, n, k, 1, a, aStep, b, bStep, Number(accumulate), c, cStep);
    },
    syrk({ wide, n, k, a, aStep, transA, c, cStep, accumulate }) {
      const call = wide ? syrk.double : syrk.single;
      const op = transA ? trans : noTrans;
      call(rowMajor, upper, op, n, k, 1, a, aStep, Number(accumulate), c, cStep);
    },
    ...(complete(copy) && {
      transpose({ wide, rows, cols, a, b }: Transpose) {
        const call = wide ? copy.double : copy.single;
        call(rowMajor, trans, rows, cols, 1, a, cols, b, rows);
      },
    }),
  };
}

interface Pair<F> {
  readonly single: F;
  readonly double: F;
}

function complete(pair: Pair<NativeFunction | undefined>): pair is Pair<NativeFunction> {
  return pair.single !== undefined && pair.double !== undefined;
}

/**
 * Whether the library's integers have 32 or 64 bits, whatever it is called. A dot product of length
 * 3 − 2³² is one of length 3 to a library that reads the lower half, and of a negative length, which
 * is 0 by definition and touches no memory, to one that reads all (as libblastrampoline does it).
 * All arguments but the last travel in registers, and the last one is 1 in both readings.
 */
function widthOfIntegers(dot: NativeFunction): 32 | 64 {
  const x = Float32Array.of(1, 2, 3);
  return dot(3n - 2n ** 32n, x, 1, x, 1) === 0 ? 64 : 32;
}
