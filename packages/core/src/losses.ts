import { NonnegError } from "./errors.js";

/** β of each named loss; any other β is given as a number. */
export const losses = { euclidean: 2, "kullback-leibler": 1, "itakura-saito": 0 } as const;

/** A named loss, or the β of a β-divergence. */
export type Loss = keyof typeof losses | number;

/** @throws NonnegError NONNEG_OPTION for an unknown name or a β that is not finite */
export function betaOf(loss: Loss): number {
  const beta: unknown = typeof loss === "number" ? loss : losses[loss];
  if (typeof beta === "number" && Number.isFinite(beta)) return notTiny(beta);
  throw new NonnegError(
    "NONNEG_OPTION",
    `Loss "${String(loss)}" is unknown. Expected ${Object.keys(losses).join(", ")}, or a finite β.`,
  );
}

/**
 * 0 for a β so near to it that 1/β leaves the range of float32: D_β is D_0 there to more digits
 * than any dtype has. No other number is as near to 1.
 */
export const notTiny = (beta: number): number => (Math.abs(beta) < 2 ** -100 ? 0 : beta);

/** The name of the loss where it has one. */
export function lossName(beta: number): string {
  const named = Object.entries(losses).find(([, value]) => value === beta);
  return named ? named[0] : `beta=${beta}`;
}
