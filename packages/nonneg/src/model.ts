import {
  type Factorization,
  type HostDense,
  partialFit as partialFitOn,
  type PartialFit,
  type PartialFitOptions,
  type PartialFitStart,
  type PartialState,
  type Samples,
  transform,
  type TransformOptions,
} from "@nonneg/core";
import { type MatrixLike, requireOptions, toHostMatrix } from "./input.js";
import { type BackendChoice, openBackend } from "./open-backend.js";

export type ModelTransformOptions = TransformOptions & {
  readonly backend?: BackendChoice;
  readonly threads?: number;
};

export interface ModelPartialFitOptions extends PartialFitOptions {
  readonly backend?: BackendChoice;
  readonly threads?: number;
}

/** What makes a model of two factors: the basis, and how new samples are to be read in it. */
export interface ModelData {
  readonly W: HostDense;
  readonly H: HostDense;
  readonly samples: Samples;
  readonly beta: number;
}

/** A basis learned from samples: transforms new ones, and back. */
export class BasisModel implements ModelData {
  readonly W: HostDense;
  readonly H: HostDense;
  /** Which axis of V holds the samples. */
  readonly samples: Samples;
  readonly beta: number;

  constructor({ W, H, samples, beta }: ModelData) {
    this.W = W;
    this.H = H;
    this.samples = samples;
    this.beta = beta;
  }

  /** The components: k×n, one a row, where samples are rows; m×k, one a column, where they are columns. */
  get basis(): HostDense {
    return this.samples === "rows" ? this.H : this.W;
  }

  /** What each sample has of each component: m×k where samples are rows, k×n where they are columns. */
  get coefficients(): HostDense {
    return this.samples === "rows" ? this.W : this.H;
  }

  /**
   * The coefficients of new samples with the basis held, and their certificate.
   * @throws NonnegError as `factorize`
   */
  async transform(X: MatrixLike, options: ModelTransformOptions = {}): Promise<Factorization> {
    const { backend, threads, ...rest } = options;
    const host = toHostMatrix("X", X);
    await using open = await openBackend(backend, threads === undefined ? {} : { threads });
    const fitting = { loss: this.beta, ...rest } as TransformOptions;
    return await transform(open.la, host, this.basis, this.samples, fitting);
  }

  /** Samples from coefficients: their product with the basis. */
  async inverseTransform(
    coefficients: MatrixLike,
    options: Pick<ModelTransformOptions, "backend" | "threads"> = {},
  ): Promise<HostDense> {
    const { backend, threads } = options;
    const host = toHostMatrix("The coefficients", coefficients);
    await using open = await openBackend(backend, threads === undefined ? {} : { threads });
    const { la } = open;
    using given = la.upload(host);
    using basis = la.upload(this.basis);
    using samples = this.samples === "rows" ? la.matmul(given, basis) : la.matmul(basis, given);
    const [data] = await la.download(samples);
    return { rows: samples.rows, cols: samples.cols, data: data! };
  }

  /**
   * Takes a batch of samples into the basis and gives the model that has learned from it; this one
   * stays. After a fit the basis is where the batch starts; the data that led there count no further.
   * @throws NonnegError as `partialFit` of @nonneg/core
   */
  async partialFit(batch: MatrixLike, options: ModelPartialFitOptions = {}): Promise<Learned> {
    return learn(batch, this.#start(), options);
  }

  #start(): PartialState | PartialFitStart {
    if (isOnlineModel(this)) return this.state;
    const { basis, samples, beta } = this;
    const rank = samples === "rows" ? basis.rows : basis.cols;
    return { rank, samples, loss: beta, init: basis };
  }

  /**
   * Writes W.npy, H.npy and result.json into a directory, which is made where it is missing; each
   * file whole or not at all; of a model that learns from batches numerator.npy and denominator.npy
   * too. `load` reads them again, bit for bit. Node only.
   * @throws NonnegError NONNEG_IO, NONNEG_UNSUPPORTED (no files here)
   */
  async save(directory: string): Promise<void> {
    const { saveModel } = await import("#files");
    await saveModel(directory, this);
  }
}

/** A model that learns from batches: its basis, and the coefficients of the last batch. */
export class OnlineModel extends BasisModel {
  /** what the next batch needs */
  readonly state: PartialState;

  constructor(state: PartialState, coefficients: HostDense) {
    const { samples, beta, basis } = state;
    const [W, H] = samples === "rows" ? [coefficients, basis] : [basis, coefficients];
    super({ W, H, samples, beta });
    this.state = state;
  }
}

/** Whatever copy of this module made it. */
export const isOnlineModel = (model: BasisModel): model is OnlineModel => "state" in model;

/** What is said of the last batch. */
export type Learned = OnlineModel & Omit<PartialFit, "basis" | "coefficients" | "state">;

/**
 * Learns a basis from a first batch of samples; `model.partialFit` goes on with the next.
 *
 * @example
 * let model = await partialFit(first, { rank: 8 });
 * for (const batch of others) model = await model.partialFit(batch);
 *
 * @throws NonnegError as `partialFit` of @nonneg/core, and NONNEG_BACKEND_UNAVAILABLE
 */
export async function partialFit(
  batch: MatrixLike,
  options: PartialFitStart & ModelPartialFitOptions,
): Promise<Learned> {
  requireOptions(options);
  const { rank, samples, loss, init, seed, dtype, ...rest } = options;
  const given = { rank, samples, loss, init, seed, dtype };
  const start = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as unknown as PartialFitStart;
  return learn(batch, start, rest);
}

async function learn(
  batch: MatrixLike,
  from: PartialState | PartialFitStart,
  { backend, threads, ...options }: ModelPartialFitOptions,
): Promise<Learned> {
  const host = toHostMatrix("The batch", batch);
  await using open = await openBackend(backend, threads === undefined ? {} : { threads });
  const fit = await partialFitOn(open.la, host, from, options);
  const { cost, relativeError, objective, steps, warnings } = fit;
  const said = { cost, relativeError, objective, steps, warnings };
  return Object.assign(new OnlineModel(fit.state, fit.coefficients), said);
}
