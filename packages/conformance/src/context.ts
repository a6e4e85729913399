import type { Backend, BackendOptions, Capabilities, Dtype, Linalg } from "@nonneg/core";

/** What a family of cases is given: one open backend and the dtype to test it in. */
export interface Context {
  /** Label of the backend: name, mode, and how it is wrapped. */
  readonly name: string;
  readonly dtype: Dtype;
  /** Unit roundoff of `dtype`: 2^−24 or 2^−53. */
  readonly u: number;
  /**
   * What an operation may lose to underflow, absolutely: the smallest subnormal number of `dtype`,
   * or the smallest normal one where the backend flushes subnormals to zero.
   */
  readonly tiny: number;
  readonly capabilities: Capabilities;
  /** The open backend, and the Linalg of the running case over it; call both inside `run` only. */
  readonly backend: () => Backend;
  readonly la: () => Linalg;
  /** Opens another backend of the same kind, with as many threads as asked for; the case disposes of it. */
  readonly create: (options?: Pick<BackendOptions, "threads">) => Promise<Backend>;
  /** Seed and number of runs of each property. */
  readonly seed: number;
  readonly runs: number;
}

/**
 * One thing that a backend must do. The suite gives each case a fresh `Linalg`, and fails it where
 * matrices of that Linalg are still alive at the end.
 */
export interface Case {
  readonly name: string;
  /** Rejects, with a message that names verb, shapes, dtype and seed, where the backend does not do it. */
  readonly run: () => Promise<void>;
  /** It draws from `seed`: another seed tests something else. */
  readonly random?: boolean;
}

/** A family gives its cases for one context; it touches the backend only when a case runs. */
export type Family = (context: Context) => readonly Case[];

/** Families by name, in the order they run. */
export type Families = Readonly<Record<string, Family>>;
