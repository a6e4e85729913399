import { createRequire } from "node:module";
import type { Factorization } from "@nonneg/core";
import { type BasisModel, isOnlineModel } from "./model.js";

export const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** JSON has no Infinity: an infinite cost or residual is written as the string "Infinity". */
const finite = (x: number): number | string => (Number.isFinite(x) ? x : String(x));

/** What result.json holds: everything but the factors. `schema` changes when a field's meaning does. */
export function summarize(
  model: BasisModel & Partial<Omit<Factorization, "W" | "H">> & { backendReason?: string },
) {
  const { W, H, samples, beta, history = [] } = model;
  const [rows, cols, rank] = [W.rows, H.cols, H.rows];
  return {
    schema: 1 as const,
    shape: [rows, cols],
    samples,
    backend: model.backend?.name,
    backendReason: model.backendReason,
    device: model.backend?.device,
    threads: model.backend?.threads,
    dtype: model.dtype ?? (W.data instanceof Float64Array ? "float64" : "float32"),
    loss: model.loss,
    beta,
    algorithm: model.algorithm,
    rank,
    held: model.held,
    init: model.init,
    starts: model.starts?.map(({ seed, objective }) => ({ seed, objective: finite(objective) })),
    order: model.order,
    normalize: model.normalize,
    ...(isOnlineModel(model)
      ? { online: { batches: model.state.batches, exponent: model.state.exponent } }
      : {}),
    iterations: model.iterations,
    stoppedBy: model.stoppedBy,
    converged: model.converged,
    cost: model.cost === undefined ? undefined : finite(model.cost),
    objective: model.objective === undefined ? undefined : finite(model.objective),
    relativeError: model.relativeError === undefined ? undefined : finite(model.relativeError),
    kkt: model.kkt === undefined ? undefined : finite(model.kkt),
    explainedVariance:
      model.explainedVariance === undefined ? undefined : finite(model.explainedVariance),
    contributions: model.contributions,
    sparseness: model.sparseness,
    compression: (rows * cols) / (rank * (rows + cols)),
    history: history.map(({ iteration, objective, kkt, seconds }) => ({
      iteration,
      objective: finite(objective),
      kkt: finite(kkt),
      seconds,
    })),
    seconds: model.seconds,
    seed: model.seed,
    warnings: model.warnings ?? [],
    versions: { nonneg: version, node: process.versions.node, ...model.backend?.versions },
  };
}
