import type { Capabilities, Dtype } from "@nonneg/core";

/** What arithmetic in a dtype costs: see the members of `Context` of the same names. */
export interface Precision {
  readonly u: number;
  readonly tiny: number;
}

export function precision(
  dtype: Dtype,
  { subnormals }: Pick<Capabilities, "subnormals">,
): Precision {
  if (dtype === "float32") return { u: 2 ** -24, tiny: subnormals ? 2 ** -149 : 2 ** -126 };
  return { u: 2 ** -53, tiny: subnormals ? Number.MIN_VALUE : 2 ** -1022 };
}

/** Unit roundoff of float64, in which references are computed. */
export const U64 = 2 ** -53;

export const LARGEST: Readonly<Record<Dtype, number>> = {
  float32: (2 - 2 ** -23) * 2 ** 127,
  float64: Number.MAX_VALUE,
};
