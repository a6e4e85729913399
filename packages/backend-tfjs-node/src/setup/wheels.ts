import { NonnegError } from "@nonneg/core";
import { machine, type Wheel } from "@nonneg/setup";

/** The last TensorFlow that tfjs-node 4.22 was built against in practice: wheels have libtensorflow and its headers. */
const release = { version: "2.15.1", implementation: "cp", abi: "cp311" };

/** The wheels of it, by machine: every one that it exists for. */
const wheels: Readonly<Record<string, Pick<Wheel, "project" | "platform" | "sha256" | "bytes">>> = {
  "linux-x64": {
    project: "tensorflow-cpu",
    platform: "manylinux_2_17_x86_64",
    sha256: "54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26",
    bytes: 207_208_420,
  },
  "linux-arm64": {
    project: "tensorflow-cpu-aws",
    platform: "manylinux_2_17_aarch64",
    sha256: "d4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e",
    bytes: 211_874_120,
  },
  "darwin-x64": {
    project: "tensorflow-cpu",
    platform: "macosx_10_15_x86_64",
    sha256: "ee3bb114c6031d471d891c761e7eda2c80bea19bb318abcd3d5bab92ccfaf9aa",
    bytes: 236_482_774,
  },
  "darwin-arm64": {
    project: "tensorflow",
    platform: "macosx_12_0_arm64",
    sha256: "aa926114d1e13ffe5b2ea59c3f195216f26646d7fe36e9e5207b291e4b7902ff",
    bytes: 205_736_374,
  },
};

/** @throws NonnegError NONNEG_BACKEND_UNAVAILABLE where TensorFlow has none for this machine */
export function wheelForThisMachine(): Wheel {
  const wheel = wheels[machine()];
  if (wheel !== undefined) return { ...release, ...wheel };
  throw new NonnegError(
    "NONNEG_BACKEND_UNAVAILABLE",
    `TensorFlow can be set up on Linux with glibc and on macOS, x64 or arm64; this is ${machine()}. ` +
      "Choose another backend.",
  );
}
