/** One self-contained page about a factorization: no network, no script. */
import type { HostMatrix } from "@nonneg/core";
import type { Model } from "../factorize.js";
import { summarize } from "../summary.js";
import { curve } from "./chart.js";
import { components } from "./components.js";
import { escape, type ImageShape, squareShape } from "./picture.js";
import { samples } from "./samples.js";
import { STYLE } from "./style.js";

export interface ReportOptions {
  readonly title: string;
  /** The data, some of whose samples are shown beside their reconstructions. */
  readonly V: HostMatrix;
  /** How to draw a component as a picture. Default: a square where their length is one. */
  readonly imageShape?: ImageShape | undefined;
  /** What the features of a component are called. */
  readonly featureNames?: readonly string[] | undefined;
  readonly sampleNames?: readonly string[] | undefined;
}

/** The page as HTML text. */
export function report(model: Model, options: ReportOptions): string {
  const { W, H, history } = model;
  const rank = H.rows;
  const features = model.samples === "rows" ? H.cols : W.rows;
  const shape = options.imageShape ?? squareShape(features);
  const objective = curve({
    title: "objective over iterations",
    points: history.map((check) => [check.iteration, check.objective]),
    x: "iteration",
    y: "objective",
  });
  const kkt = curve({
    title: "KKT residual over iterations",
    points: history.map((check) => [check.iteration, check.kkt]),
    x: "iteration",
    y: "residual",
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(options.title)}</title><style>${STYLE}</style></head>
<body><main>
<h1>${escape(options.title)}: <i>V ≈ WH</i></h1>
<p class="lead">${W.rows} × ${H.cols} entries as ${W.rows} × ${rank} times ${rank} × ${H.cols}, all nonnegative: ${rank} components explain each sample as a sum of parts.</p>
<div class="two">
<section class="card">${certificate(model)}</section>
<section class="card"><h2 style="margin-top:0">Objective</h2><p>It never rises under a multiplicative rule; what is left is what ${rank} components cannot explain.</p>${objective}</section>
</div>
${components(model, shape, options.featureNames)}
${samples(model, options.V, shape, options.sampleNames)}
<section><h2>Stationarity</h2><p>The KKT residual at each check: 0 is a point that no small move improves. It rises and falls on the way, and need not be small where the objective has flattened.</p><div class="card" style="max-width:46rem">${kkt}</div></section>
<footer>${footer(model)}</footer>
</main></body></html>
`;
}

const STOPPED = {
  tol: "the objective has flattened (tol)",
  kktTol: "the KKT residual is small (kktTol)",
  precision: "the objective changes less than its arithmetic can tell (precision)",
  maxIterations: "the number of iterations allowed",
  timeBudget: "the time allowed",
  aborted: "the user",
};

function certificate(model: Model): string {
  const { backend, dtype } = model;
  const number = (x: number, digits: number) =>
    Number.isFinite(x) ? x.toPrecision(digits) : String(x);
  const rows: [string, string][] = [
    ["Stopped by", `${STOPPED[model.stoppedBy]} after ${model.iterations} iterations`],
    [
      "Converged",
      model.converged ? '<span class="good">yes</span>' : '<span class="warn">no</span>',
    ],
    ["Relative error", `${number(model.relativeError, 4)} = ‖V − WH‖ / ‖V‖`],
    ["Explained variance", `${number(100 * model.explainedVariance, 4)} %`],
    ["Objective", `${number(model.objective, 6)} (${escape(model.loss)})`],
    ["KKT residual", Number.isFinite(model.kkt) ? model.kkt.toExponential(2) : "∞"],
    ["Compression", `${number(summarize(model).compression, 3)} : 1`],
    ["Algorithm", escape(model.algorithm)],
    [
      "Backend",
      `${escape(backend.name)} on ${escape(backend.device)}, ${backend.threads} thread${backend.threads === 1 ? "" : "s"}, ${dtype}`,
    ],
    ["Time", `${number(model.seconds, 3)} s`],
    [
      "Sparseness",
      `W ${number(model.sparseness.W, 3)}, H ${number(model.sparseness.H, 3)} (Hoyer, 0 to 1)`,
    ],
    ["Start", startOf(model)],
  ];
  const list = rows.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join("");
  const warnings = model.warnings
    .map((warning) => `<p class="warn">${escape(warning)}</p>`)
    .join("");
  return `<h2 style="margin-top:0">Certificate</h2><dl>${list}</dl>${warnings}`;
}

function startOf({ init, seed, starts }: Model): string {
  const one = `${init}, seed ${seed}`;
  return starts.length > 0 ? `${one}, the best of ${starts.length}` : one;
}

function footer(model: Model): string {
  const versions = Object.entries(summarize(model).versions).map(
    ([name, version]) => `${name} ${version}`,
  );
  return escape(`Computed by ${versions.join(", ")}; ${model.backendReason}.`);
}
