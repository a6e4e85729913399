import { NonnegError } from "@nonneg/core";
import { machine, type Wheel } from "@nonneg/setup";
import { OPENBLAS_VERSION } from "../cache.js";

/** OpenBLAS as PyPI has it: the library alone, for any Python. */
const release = {
  ...{ project: "scipy-openblas32", version: OPENBLAS_VERSION },
  ...{ implementation: "py", abi: "none" },
};

/** The wheels of it, by machine. */
const wheels: Readonly<Record<string, Pick<Wheel, "platform" | "sha256">>> = {
  "linux-x64": {
    platform: "manylinux_2_28_x86_64",
    sha256: "0595f94cd58c1f8a0d90c975621f4587337a003916b1979e834ebdf2cb5d9504",
  },
  "linux-arm64": {
    platform: "manylinux_2_28_aarch64",
    sha256: "e085dddbc5b9aa130f83def515d31c440e69f387a90c7e63b154a5575b4466bc",
  },
  "linux-ppc64": {
    platform: "manylinux_2_28_ppc64le",
    sha256: "f12ea9d388f887c10b921aaedaab861c957152b6b84d98e391a189ca7a256cbe",
  },
  "linux-riscv64": {
    platform: "manylinux_2_39_riscv64",
    sha256: "b27d19793b78825a5cd8a116771815ed29a651658fc4c03bcdd4b50542ceee46",
  },
  "musl-x64": {
    platform: "musllinux_1_2_x86_64",
    sha256: "46fac855d3c05004f9ee111eeeeb0aeb076c6411fc6f87c34a49b8ba729c4c38",
  },
  "musl-arm64": {
    platform: "musllinux_1_2_aarch64",
    sha256: "88b00ba6a232fe958695403f6f71858fb23c3c9ce561c467e787e5d46ace16ca",
  },
  "darwin-x64": {
    platform: "macosx_10_13_x86_64",
    sha256: "85d42ee10fd207ed6014273dcb9236ab1a65d21357f278b3aa0a78e8189665a8",
  },
  "darwin-arm64": {
    platform: "macosx_11_0_arm64",
    sha256: "813bb8101da2f64555c4a5e71c3714539d92b0b4f1841ec12b80d50e56cde46c",
  },
  "win32-x64": {
    platform: "win_amd64",
    sha256: "963e311354df08856c22aad17d77209448d2d8fc3bc4b3b1d87912828797cf13",
  },
  "win32-arm64": {
    platform: "win_arm64",
    sha256: "64b1637b1c0495552351743e6f5d8bb50828aaea5821bb8d998927837256bda9",
  },
};

/** @throws NonnegError NONNEG_BACKEND_UNAVAILABLE where there is none for this machine */
export function wheelForThisMachine(): Wheel {
  const wheel = wheels[machine()];
  if (wheel !== undefined) return { ...release, ...wheel };
  throw new NonnegError(
    "NONNEG_BACKEND_UNAVAILABLE",
    `${release.project} ${release.version} does not exist for ${machine()}. ` +
      "Install OpenBLAS, BLIS or MKL with the system's package manager; the wasm backend needs nothing.",
  );
}
