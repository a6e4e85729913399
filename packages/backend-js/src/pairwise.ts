import type { HostArray } from "@nonneg/core";

const LANES = 8;
const RUN = 8 * LANES;

/**
 * data[from] + … + data[to−1] by halves, in float64: the rounding error grows with log n, and not
 * with n (Higham, "The accuracy of floating point summation", 1993). Runs of 64 go to eight sums.
 */
export function pairwiseSum(data: HostArray, from = 0, to = data.length): number {
  if (to - from > RUN) {
    const middle = from + Math.ceil((to - from) / 2 / RUN) * RUN;
    return pairwiseSum(data, from, middle) + pairwiseSum(data, middle, to);
  }
  // prettier-ignore
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
  let i = from;
  for (; i + LANES <= to; i += LANES) {
    s0 += data[i]!;
    s1 += data[i + 1]!;
    s2 += data[i + 2]!;
    s3 += data[i + 3]!;
    s4 += data[i + 4]!;
    s5 += data[i + 5]!;
    s6 += data[i + 6]!;
    s7 += data[i + 7]!;
  }
  let rest = 0;
  for (; i < to; i++) rest += data[i]!;
  return s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7)) + rest;
}
