import type { Factorization, HostDense, Samples, TransformOptions } from "@nonneg/core";
import { transform } from "@nonneg/core";
import { type MatrixLike, toHostMatrix } from "./input.js";
import { type BackendChoice, openBackend } from "./open-backend.js";

export type ModelTransformOptions = TransformOptions & {
  readonly backend?: BackendChoice;
  readonly threads?: number;
};

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
   * Writes W.npy, H.npy and result.json into a directory, which is made where it is missing; each
   * file whole or not at all. `load` reads them again, bit for bit. Node only.
   * @throws NonnegError NONNEG_IO, NONNEG_UNSUPPORTED (no files here)
   */
  async save(directory: string): Promise<void> {
    const { saveModel } = await import("#files");
    await saveModel(directory, this);
  }
}
