/** What the measures of whole fits share. */
import {
  type Algorithm,
  type Factorization,
  factorize,
  type FactorizeOptions,
  type HostArray,
  type HostMatrix,
} from "@nonneg/core";
import { openBackend, type OpenBackend } from "nonneg";
import { type Inputs, readCase } from "../data.js";
import { Failure, type Job } from "../job.js";

/** What V8 takes to compile what a fit calls: the peers come compiled. */
export const WARM_SECONDS = 1;

export interface Subject {
  readonly inputs: Inputs;
  readonly open: OpenBackend;
  /** A fit from the case's start that stops for nothing but what `options` say. */
  readonly fit: (options: Partial<FactorizeOptions>) => Promise<Factorization>;
}

export async function openSubject(job: Job): Promise<Subject> {
  const inputs = await readCase(job.folder);
  const open = await openBackend(job.backend, { threads: job.threads });
  const fit = (options: Partial<FactorizeOptions>) =>
    factorize(open.la, inputs.V, {
      rank: inputs.W.cols,
      loss: job.loss,
      algorithm: job.rule as Algorithm,
      init: { W: inputs.W, H: inputs.H },
      dtype: job.dtype,
      tol: 0,
      kktTol: 0,
      // As scikit-learn does.
      first: "W",
      // Nothing is checked on the way, as in the peers.
      checkEvery: 1e9,
      ...options,
    } as FactorizeOptions);
  return { inputs, open, fit };
}

/** D_β(V‖WH) of factors, on the reference backend in float64: whatever the backend says of itself. */
export async function certify(V: HostMatrix, { W, H, beta }: Factorization): Promise<number> {
  const { la } = await openBackend("js");
  const wide = (data: HostArray) => Float64Array.from(data);
  const operands = [
    la.upload("indptr" in V ? { ...V, values: wide(V.values) } : { ...V, data: wide(V.data) }),
    la.upload({ ...W, data: wide(W.data) }),
    la.upload({ ...H, data: wide(H.data) }),
  ] as const;
  const { sum, infinite } = la.divergence({ beta, V: operands[0], W: operands[1], H: operands[2] });
  const [cost, beyond] = (await la.scalars(sum, infinite)) as [number, number];
  for (const matrix of [...operands, sum, infinite]) matrix[Symbol.dispose]();
  return beyond > 0 ? Infinity : cost;
}

/** How far the objective after a fit may be from the reference's: room for float32 over some hundred steps. */
const TOLERANCE = 1e-3;

/** @throws Failure where the objective is not the reference's */
export function demandObjective(actual: number, expected: number | undefined, where: string): void {
  if (expected === undefined) return;
  const gap = Math.abs(actual / expected - 1);
  if (gap <= TOLERANCE) return;
  throw new Failure(
    "wrong",
    `its objective ${where} is ${actual.toPrecision(6)}, the reference's ${expected.toPrecision(6)}: ${gap.toExponential(1)} apart, ${TOLERANCE} allowed`,
  );
}
