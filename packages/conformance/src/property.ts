import fc from "fast-check";
import type { Case, Context } from "./context.js";

/**
 * A case that holds for every value of an arbitrary: `context.runs` of them are drawn from
 * `context.seed`, and a failing one is shrunk. Arbitraries give recipes (shapes, seeds), not
 * matrices, so that the counterexample in the message is short.
 */
export function property<T>(
  context: Context,
  name: string,
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
): Case {
  return {
    name,
    random: true,
    run: () =>
      fc.assert(fc.asyncProperty(arbitrary, holds), {
        seed: context.seed,
        numRuns: context.runs,
        includeErrorInReport: true,
      }),
  };
}
