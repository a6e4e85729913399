import type { Dtype } from "./backend.js";

/** u: half the distance from 1 to the next number. */
export const unitRoundoff = (dtype: Dtype): number => (dtype === "float64" ? 2 ** -53 : 2 ** -24);

/** The largest number. */
export const LARGEST: Readonly<Record<Dtype, number>> = {
  float32: (2 - 2 ** -23) * 2 ** 127,
  float64: Number.MAX_VALUE,
};
