import { type Factorization, factorize as factorizeOn, type FactorizeOptions } from "@nonneg/core";
import { type MatrixLike, requireOptions, toHostMatrix } from "./input.js";
import { BasisModel } from "./model.js";
import { type BackendChoice, openBackend } from "./open-backend.js";

export type Options = FactorizeOptions & {
  /** Where to compute. Default: NONNEG_BACKEND, else "auto". */
  readonly backend?: BackendChoice;
  /** Threads to compute with. Default: NONNEG_THREADS, else what the machine offers. */
  readonly threads?: number;
};

/** What a factorization gives: the factors, the certificate, and a model of further samples. */
export type Model = BasisModel &
  Omit<Factorization, "W" | "H"> & {
    /** why this backend ran, for people */
    readonly backendReason: string;
  };

/**
 * Factorizes a nonnegative matrix on the backend that fits the machine: V ≈ WH.
 *
 * @example
 * const model = await factorize([[1, 2], [3, 4], [5, 6]], { rank: 1 });
 * model.W; model.H; model.relativeError; model.stoppedBy;
 *
 * @throws NonnegError as `factorize` of @nonneg/core, and NONNEG_BACKEND_UNAVAILABLE
 */
export async function factorize(V: MatrixLike, options: Options): Promise<Model> {
  requireOptions(options);
  const { backend, threads, ...rest } = options;
  const { samples = "rows" } = rest;
  const host = toHostMatrix("V", V);
  await using open = await openBackend(backend, threads === undefined ? {} : { threads });
  const fit = await factorizeOn(open.la, host, rest);
  const passedOver = open.skipped.map(
    ({ name, reason }) => `Backend "${name}" was passed over: ${reason}`,
  );
  const warnings = [...passedOver, ...fit.warnings];
  const model = new BasisModel({ W: fit.W, H: fit.H, samples, beta: fit.beta });
  return Object.assign(model, { ...fit, warnings, backendReason: open.reason });
}
