import type { HostArray } from "@nonneg/core";
import { expect, describe, test } from "vitest";
import { provider } from "@nonneg/backend-blas";
import { type Cblas, findCblas, type Gemm, type Syrk, type Transpose } from "../src/cblas.js";
import { betterCore } from "../src/core-type.js";
import { SingleThread } from "../src/single-thread.js";
import { identify } from "../src/vendor.js";
import { verify } from "../src/verify.js";
import { dotOf, fakeLibrary, rightBlas } from "./fake-library.js";

const nothing = () => undefined;
const named = (prefix: string, suffix: string, bits: 32 | 64) =>
  fakeLibrary({
    [`${prefix}cblas_sdot${suffix}`]: dotOf(bits),
    [`${prefix}cblas_sgemm${suffix}`]: nothing,
    [`${prefix}cblas_dgemm${suffix}`]: nothing,
    [`${prefix}cblas_ssyrk${suffix}`]: nothing,
    [`${prefix}cblas_dsyrk${suffix}`]: nothing,
  });

describe("finding CBLAS", () => {
  test.each([
    ["", "", 32],
    ["", "", 64],
    ["", "64_", 64],
    ["", "_64", 64],
    ["scipy_", "", 32],
    ["scipy_", "64_", 64],
  ] as const)(
    "names %jcblas_sgemm%j are found, integers of %i bits measured",
    (prefix, suffix, bits) => {
      expect(findCblas(named(prefix, suffix, bits))).toMatchObject({
        ...{ prefix, suffix, integerBits: bits },
      });
    },
  );

  test("a library without all five functions is none", () => {
    expect(findCblas(fakeLibrary({}))).toBeUndefined();
    expect(findCblas(fakeLibrary({ cblas_sdot: dotOf(32), cblas_sgemm: nothing }))).toBeUndefined();
  });
});

test("a library is named by what it says of itself", () => {
  const names = { prefix: "scipy_", suffix: "" };
  const openblas = fakeLibrary({
    scipy_openblas_get_config: () => "OpenBLAS 0.3.30 DYNAMIC_ARCH Zen MAX_THREADS=64",
    scipy_openblas_get_corename: () => "Zen",
  });
  expect(identify(openblas, names)).toMatchObject({
    ...{ name: "openblas", version: "0.3.30 Zen", kernel: "Zen" },
  });
  const mkl = fakeLibrary({
    MKL_Get_Version_String: (text) =>
      (text as Buffer).write("Intel(R) oneAPI Math Kernel Library Version 2025.0-Product Build"),
  });
  expect(identify(mkl, names)).toMatchObject({ name: "mkl", version: "2025.0" });
  expect(identify(fakeLibrary({}), names)).toMatchObject({ name: "blas" });
});

describe("verification", () => {
  test("a right library passes", () => {
    expect(verify(rightBlas)).toEqual({ subnormals: true });
  });

  const spoilt = (
    where: (call: Gemm<HostArray>) => boolean,
    spoil: (call: Gemm<HostArray>) => void,
  ) => ({
    ...rightBlas,
    gemm(call: Gemm<HostArray>) {
      rightBlas.gemm(call);
      if (where(call)) spoil(call);
    },
  });
  const last = ({ c }: Gemm<HostArray> | Syrk<HostArray>) => void (c[c.length - 1]! += 1);

  test.each([
    ["float32", spoilt(({ wide }) => !wide, last)],
    ["float64", spoilt(({ wide }) => wide, last)],
    ["transposed", spoilt(({ transA, transB }) => transA && transB, last)],
    ["accumulating", spoilt(({ accumulate }) => accumulate, last)],
    [
      "an edge that is not written",
      spoilt(
        () => true,
        ({ c }) => void (c[c.length - 1] = NaN),
      ),
    ],
  ])("a wrong product is seen: %s", (_, blas) => {
    expect(() => verify(blas)).toThrow(/it multiplies wrongly: entry \(130, 66\)/);
  });

  test("a wrong Gram matrix is seen", () => {
    const blas = {
      ...rightBlas,
      syrk(call: Syrk<HostArray>) {
        rightBlas.syrk(call);
        call.c[1]! += 1;
      },
    };
    expect(() => verify(blas)).toThrow(/entry \(0, 1\) of a float32 Gram matrix/);
  });

  test("a wrong product of a small size is seen, which another routine of the library computes", () => {
    const blas = spoilt(({ m, n, k }) => m * n * k < 1e6, last);
    expect(() => verify(blas)).toThrow(/it multiplies wrongly: entry \(30, 66\)/);
  });

  test("a wrong transpose is seen, and none is none", () => {
    const transpose = (call: Transpose<HostArray>) => {
      rightBlas.transpose?.(call);
      call.b[1]! += 1;
    };
    expect(() => verify({ ...rightBlas, transpose })).toThrow(
      /entry \(0, 1\) of a float32 transpose/,
    );
    const without: Cblas = { ...rightBlas };
    delete without.transpose;
    expect(verify(without)).toEqual({ subnormals: true });
  });

  test("flushing subnormals to zero is not wrong, but known", () => {
    const flushed = spoilt(
      ({ wide }) => !wide,
      ({ c }) => c.forEach((x, i) => void (c[i] = Math.abs(x) < 2 ** -126 ? 0 : x)),
    );
    expect(verify(flushed)).toEqual({ subnormals: false });
  });
});

describe("kernels for this CPU", () => {
  const avx2 = ["avx2", "fma"];
  const avx512 = [...avx2, "avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl"];
  test.each([
    ["Prescott", avx512, "SKYLAKEX"],
    ["Haswell", avx512, "SKYLAKEX"],
    ["Barcelona", avx2, "HASWELL"],
    ["Zen", avx2, undefined],
    ["SkylakeX", avx512, undefined],
    ["Cooperlake", avx512, undefined],
    ["armv8", [], undefined],
    ["Prescott", [], undefined],
  ])("%s on a CPU with %j: %s", (kernel, flags, expected) => {
    expect(betterCore(kernel, new Set(flags))).toBe(expected);
  });
});

test("the number of threads is 1 while backends are open, then what it was", () => {
  let threads = 8;
  const count = new SingleThread({ get: () => threads, set: (n) => void (threads = n) });
  count.enter();
  expect(threads).toBe(1);
  count.enter();
  count.leave();
  expect(threads).toBe(1);
  count.leave();
  expect(threads).toBe(8);
});

describe("a library that was named and cannot be used", () => {
  test.each([
    ["/nonexistent/libopenblas.so", /\/nonexistent\/libopenblas\.so/],
    [process.execPath, /.+/],
  ])("%s: unavailable with the reason, no other is taken", async (library, reason) => {
    const availability = await provider.isAvailable({ library });
    expect(availability).toMatchObject({
      available: false,
      reason: expect.stringMatching(reason) as string,
      fix: expect.stringContaining("nonneg setup blas") as string,
    });
    await expect(provider.create({ library })).rejects.toMatchObject({
      code: "NONNEG_BACKEND_UNAVAILABLE",
    });
  });
});
