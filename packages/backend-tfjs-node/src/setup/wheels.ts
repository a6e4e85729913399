import { arch, platform, report } from "node:process";
import { NonnegError } from "@nonneg/core";

/** TensorFlow as PyPI has it for one kind of machine: a zip file with libtensorflow and its headers. */
export interface Wheel {
  /** project on PyPI */
  readonly project: string;
  readonly version: string;
  /** pip's tag of the platform */
  readonly platform: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The last TensorFlow that tfjs-node 4.22 was built against in practice, and every machine it exists for. */
const wheels: Readonly<Record<string, Wheel>> = {
  "linux-x64": {
    project: "tensorflow-cpu",
    version: "2.15.1",
    platform: "manylinux_2_17_x86_64",
    sha256: "54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26",
    bytes: 207_208_420,
  },
  "linux-arm64": {
    project: "tensorflow-cpu-aws",
    version: "2.15.1",
    platform: "manylinux_2_17_aarch64",
    sha256: "d4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e",
    bytes: 211_874_120,
  },
  "darwin-x64": {
    project: "tensorflow-cpu",
    version: "2.15.1",
    platform: "macosx_10_15_x86_64",
    sha256: "ee3bb114c6031d471d891c761e7eda2c80bea19bb318abcd3d5bab92ccfaf9aa",
    bytes: 236_482_774,
  },
  "darwin-arm64": {
    project: "tensorflow",
    version: "2.15.1",
    platform: "macosx_12_0_arm64",
    sha256: "aa926114d1e13ffe5b2ea59c3f195216f26646d7fe36e9e5207b291e4b7902ff",
    bytes: 205_736_374,
  },
};

/** @throws NonnegError NONNEG_BACKEND_UNAVAILABLE where TensorFlow has none for this machine */
export function wheelForThisMachine(): Wheel {
  const wheel = wheels[`${platform}-${arch}`];
  if (wheel && !(platform === "linux" && usesMusl())) return wheel;
  const machine = `${platform} on ${arch}${wheel ? " with musl" : ""}`;
  throw new NonnegError(
    "NONNEG_BACKEND_UNAVAILABLE",
    `TensorFlow can be set up on Linux with glibc and on macOS, x64 or arm64; this is ${machine}. ` +
      "Choose another backend.",
  );
}

function usesMusl(): boolean {
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return !header?.glibcVersionRuntime;
}
