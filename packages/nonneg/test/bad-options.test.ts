/** Options that factorize refuses. */
import { describe, test } from "vitest";
import { type Refusal, useRefusals } from "./refusals.js";

const { csv, good, of, expectRefused } = useRefusals();

const rank = (text: string): Refusal => ({
  name: `rank ${text}`,
  args: async () => [await good(), `--rank=${text}`],
  code: "NONNEG_RANK",
  says: /whole number from 1 to/,
});
const start = async (W0: string, H0: string) => [
  ...[await good(), "--rank", "2", "--init", `${await csv(W0)},${await csv(H0)}`],
];
const H0 = "1,1,1\n1,1,1\n";

const cases: readonly Refusal[] = [
  ...["0", "-1", "1.5", "1e12", "Infinity"].map(rank),
  {
    name: "a rank that is no number",
    args: async () => [await good(), "--rank", "two"],
    code: "NONNEG_OPTION",
    says: /--rank.*'two'/,
  },
  {
    name: "W0 of the wrong shape",
    args: () => start("1,1\n1,1\n", H0),
    code: "NONNEG_SHAPE_MISMATCH",
    says: /W is 2×2: expected 3×2/,
  },
  {
    name: "H0 of the wrong shape",
    args: () => start("1,1\n1,1\n1,1\n", "1,1,1\n"),
    code: "NONNEG_SHAPE_MISMATCH",
    says: /H is 1×3: expected 2×3/,
  },
  {
    name: "a negative entry of W0",
    args: () => start("1,1\n1,-1\n1,1\n", H0),
    code: "NONNEG_NEGATIVE_INPUT",
    says: /W has -1 at row 1, column 1/,
  },
  {
    name: "one file for two factors",
    args: of(good, "--init", "W0.npy"),
    code: "NONNEG_OPTION",
    says: /expected random, .*or two files/,
  },
  {
    name: "an unknown option",
    args: of(good, "--ranks", "3"),
    code: "NONNEG_OPTION",
    says: /unknown option '--ranks'/,
  },
  {
    name: "an unknown algorithm",
    args: of(good, "--algorithm", "magic"),
    code: "NONNEG_OPTION",
    says: /"magic" is unknown\. Known: multiplicative/,
  },
  {
    name: "an unknown loss",
    args: of(good, "--loss", "manhattan"),
    code: "NONNEG_OPTION",
    says: /Expected euclidean/,
  },
  {
    name: "a loss whose powers are no numbers",
    args: of(good, "--loss", "1e9"),
    code: "NONNEG_OPTION",
    says: /β = 1000000000: .*Give a β nearer/,
  },
  {
    name: "a mode that the backend does not have",
    args: of(good, "--backend", "js:webgpu"),
    code: "NONNEG_OPTION",
    says: /js has no mode "webgpu"/,
  },
  {
    name: "an unknown backend",
    args: of(good, "--backend", "abacus"),
    code: "NONNEG_OPTION",
    says: /"abacus" is unknown\. Known: auto/,
  },
  {
    name: "a negative tolerance",
    args: of(good, "--tol=-1"),
    code: "NONNEG_OPTION",
    says: /tol is -1/,
  },
  {
    name: "an empty delimiter",
    args: of(good, "--delimiter", ""),
    code: "NONNEG_OPTION",
    says: /delimiter is empty/,
  },
  {
    name: "no thread, on a backend that has one",
    args: of(good, "--backend", "js", "--threads", "0"),
    code: "NONNEG_OPTION",
    says: /threads is 0: expected a whole number/,
  },
  {
    name: "half an iteration",
    args: of(good, "--max-iterations", "0.5"),
    code: "NONNEG_OPTION",
    says: /maxIterations is 0\.5/,
  },
  {
    name: "a picture that does not fit",
    args: of(good, "--image-shape", "2,2"),
    code: "NONNEG_OPTION",
    says: /4 pixels.*3 features/,
  },
];

describe("factorize refuses", () => {
  test.each(cases)("$name", expectRefused);
});
