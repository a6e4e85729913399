/** What is minimised and how: the options that exclude each other, for TypeScript and at run time. */
import { NonnegError } from "./errors.js";
import type { Loss } from "./losses.js";
import type { Simplex } from "./simplex.js";

/** The algorithms, each an update rule or a family of them. */
export const algorithms = [
  "multiplicative",
  "hals",
  "hals-extrapolated",
  "anls",
  "nenmf",
  "conjugate-gradient",
  "additive",
  "additive-rescaled",
  "additive-line-search",
  "plsa",
] as const;

export type Algorithm = (typeof algorithms)[number];

type Euclidean = "euclidean" | 2;
type KullbackLeibler = "kullback-leibler" | 1;

interface Free {
  readonly eta?: undefined;
  readonly simplex?: undefined;
}
interface NotFrozen {
  readonly frozen?: undefined;
}
interface NotWeighted {
  readonly weights?: undefined;
  readonly missing?: undefined;
}
interface NotPenalised {
  readonly penalties?: undefined;
}

/**
 * A loss, an algorithm that minimises it, and what that takes. TypeScript refuses what is never
 * possible, such as algorithm "hals" with loss "kullback-leibler"; the run time refuses the rest.
 */
export type Method =
  | (Free & {
      /** What is minimised: a name, or the β of a β-divergence. Default "euclidean". */
      readonly loss?: Loss;
      /** How. Default "multiplicative". */
      readonly algorithm?: "multiplicative";
    })
  | (Free &
      NotFrozen &
      NotWeighted & {
        readonly loss?: Euclidean;
        readonly algorithm?: Exclude<Algorithm, "plsa">;
      })
  | (Free &
      NotFrozen & {
        readonly loss?: Euclidean | KullbackLeibler;
        readonly algorithm: "conjugate-gradient" | "additive-line-search";
      })
  | (Free &
      NotPenalised & {
        readonly loss?: Euclidean | KullbackLeibler;
        readonly algorithm: "additive-rescaled";
      })
  | {
      readonly loss?: Euclidean | KullbackLeibler;
      readonly algorithm: "additive";
      /**
       * The constant step size of (6) and (8), in units in which η ∇ is an entry of a factor. Too
       * large a one diverges, a small one is slow. Default ½ r^(1−β) / max(m, n), r the root mean
       * square of V: about the largest that is safe for β = 2 when W and H are of one size.
       */
      readonly eta?: number;
      readonly simplex?: undefined;
    }
  | (NotFrozen &
      NotWeighted &
      NotPenalised & {
        readonly loss: KullbackLeibler;
        readonly algorithm: "plsa";
        /** Whether the columns of V, W and H are distributions, or the rows. Default "columns". */
        readonly simplex?: Simplex;
        readonly eta?: undefined;
      });

/** The options of one algorithm. @throws NonnegError NONNEG_OPTION, NONNEG_UNSUPPORTED */
export function methodOf({
  algorithm = "multiplicative",
  eta,
  simplex,
}: Pick<Method, "algorithm" | "eta" | "simplex">): {
  readonly algorithm: Algorithm;
  readonly eta: number | undefined;
  readonly simplex: Simplex | undefined;
} {
  if (eta !== undefined) {
    if (algorithm !== "additive") throw only("eta", eta, "additive", algorithm);
    if (!(typeof eta === "number" && eta > 0 && eta < Infinity)) {
      throw new NonnegError(
        "NONNEG_OPTION",
        `Option eta is ${String(eta)}: expected a positive number.`,
      );
    }
  }
  if (algorithm !== "plsa") {
    if (simplex !== undefined) throw only("simplex", simplex, "plsa", algorithm);
    return { algorithm, eta, simplex };
  }
  const lines: unknown = simplex ?? "columns";
  if (lines === "columns" || lines === "rows") return { algorithm, eta, simplex: lines };
  throw new NonnegError(
    "NONNEG_OPTION",
    `Option simplex is ${String(lines)}: expected one of columns, rows.`,
  );
}

function only(option: string, given: unknown, owner: Algorithm, algorithm: string): NonnegError {
  return new NonnegError(
    "NONNEG_UNSUPPORTED",
    `Option ${option} is ${String(given)}, but algorithm "${algorithm}" has none: only "${owner}" does.`,
  );
}
