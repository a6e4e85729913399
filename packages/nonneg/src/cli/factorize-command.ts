import { basename, join, resolve } from "node:path";
import {
  algorithms,
  type Factor,
  type Loss,
  NonnegError,
  type Samples,
  startNames,
} from "@nonneg/core";
import { type Command, Option } from "commander";
import { factorize, type Model, type Options } from "../factorize.js";
import { type MatrixFile, readMatrix, writeAtomic } from "../io/index.js";
import type { ImageShape } from "../report/picture.js";
import { report } from "../report/report.js";
import { summarize } from "../summary.js";
import { addDataOptions, type DataFlags, dataOptions, readOptions } from "./data-options.js";
import { Interrupt } from "./interrupt.js";
import { EXIT } from "./exit.js";
import {
  addFitOptions,
  fitOptions,
  type FitFlags,
  imageShape,
  loss,
  numeric,
  readInit,
  samplesOption,
} from "./options.js";
import { checkApart, checkDirectory } from "./places.js";
import { duration, ProgressBar } from "./progress.js";

interface Flags extends FitFlags, DataFlags {
  readonly rank?: number;
  readonly loss?: Loss;
  readonly algorithm?: string;
  readonly eta?: number;
  readonly simplex?: "columns" | "rows";
  readonly samples?: Samples;
  readonly init?: string;
  readonly starts?: number;
  readonly order?: "none" | "contribution";
  readonly normalize?: "none" | Factor;
  readonly hold?: Factor;
  readonly first?: Factor;
  readonly seed?: number;
  readonly out?: string;
  readonly report?: boolean;
  readonly imageShape?: ImageShape;
}

/** Options that the library takes as they are. */
const PLAIN = [
  "loss",
  "algorithm",
  "eta",
  "simplex",
  "samples",
  "starts",
  "order",
  "normalize",
  "hold",
  "first",
  "seed",
  "backend",
] as const;

export function addFactorize(program: Command, run: { code: number }): void {
  const command = program
    .command("factorize")
    .description("factorize V (.npy, .npz, .csv, .tsv, .mtx): V ≈ WH")
    .argument("<V>", "the file that holds V")
    .option(
      "--rank <k>",
      "number of components (default: 10, or min(m, n) − 1 where that is less)",
      numeric,
    )
    .option("--loss <name>", "euclidean, kullback-leibler, itakura-saito, or β", loss)
    .option("--algorithm <name>", `the update rule: ${algorithms.join(", ")}`)
    .option("--eta <x>", "the constant step size of algorithm additive", numeric)
    .addOption(
      new Option("--simplex <lines>", "what algorithm plsa makes distributions of").choices([
        "columns",
        "rows",
      ]),
    )
    .addOption(samplesOption())
    .option("--init <start>", `${startNames.join(", ")}, or W0.npy,H0.npy`)
    .option("--starts <n>", "short fits from so many seeds, the best of which goes on", numeric)
    .addOption(new Option("--hold <factor>", "keep a given factor as it is").choices(["W", "H"]))
    .addOption(new Option("--first <factor>", "which factor moves first").choices(["H", "W"]))
    .option("--seed <n>", "seed of the random start", numeric)
    .addOption(
      new Option("--order <by>", "order of the components in the result").choices([
        "none",
        "contribution",
      ]),
    )
    .addOption(
      new Option(
        "--normalize <factor>",
        "scale the columns of W, or the rows of H, to sum to one after the fit",
      ).choices(["none", "W", "H"]),
    )
    .option("--out <dir>", "write W.npy, H.npy and result.json there")
    .option("--report", "write report.html there too: one page, no network")
    .option(
      "--image-shape <rows,cols>",
      "draw components in the report as pictures of this shape",
      imageShape,
    );
  addFitOptions(addDataOptions(command)).action(async (path: string, flags: Flags) => {
    run.code = await runFactorize(path, flags);
  });
}

async function runFactorize(path: string, flags: Flags): Promise<number> {
  if (flags.report && flags.out === undefined) {
    throw new NonnegError(
      "NONNEG_OPTION",
      "--report needs --out DIR, the directory to write report.html to.",
    );
  }
  if (flags.imageShape && !flags.report) {
    throw new NonnegError(
      "NONNEG_OPTION",
      "--image-shape is of the pictures in a report: say --report.",
    );
  }
  if (flags.out !== undefined) {
    await checkDirectory(flags.out);
    await checkApart(path, join(flags.out, "W.npy"), join(flags.out, "H.npy"));
  }
  const file = await readMatrix(path, readOptions(flags));
  const { matrix } = file;
  checkImageShape(flags, matrix);
  const init = await readInit(flags.init);
  const chosen = Object.fromEntries(
    PLAIN.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]),
  );
  using interrupt = new Interrupt();
  const model = await fit(
    matrix,
    {
      ...fitOptions(flags),
      ...(await dataOptions(flags)),
      ...chosen,
      init,
      rank: flags.rank ?? defaultRank(matrix),
    },
    interrupt,
    flags,
  );
  if (flags.out !== undefined) await model.save(flags.out);
  const page =
    flags.report && flags.out !== undefined
      ? await writeReport(model, file, path, flags.out, flags.imageShape)
      : undefined;
  if (flags.json) process.stdout.write(`${JSON.stringify(summarize(model))}\n`);
  if (!flags.quiet) describe(model, flags, page);
  return interrupt.signal.aborted ? EXIT.interrupted : EXIT.done;
}

/** Few enough to look at, and to compress. */
const defaultRank = ({ rows, cols }: MatrixFile["matrix"]): number =>
  Math.max(1, Math.min(10, Math.min(rows, cols) - 1));

function checkImageShape({ imageShape: shape, samples }: Flags, V: MatrixFile["matrix"]): void {
  const features = samples === "columns" ? V.rows : V.cols;
  if (!shape || shape.rows * shape.cols === features) return;
  throw new NonnegError(
    "NONNEG_OPTION",
    `--image-shape ${shape.rows},${shape.cols} has ${shape.rows * shape.cols} pixels, but a sample of V has ${features} features: expected rows times columns to give that.`,
  );
}

async function fit(
  matrix: Parameters<typeof factorize>[0],
  options: Options,
  interrupt: Interrupt,
  flags: Flags,
): Promise<Model> {
  using bar = new ProgressBar(process.stderr, flags.quiet ?? false);
  return await factorize(matrix, { ...options, signal: interrupt.signal, onIteration: bar.update });
}

async function writeReport(
  model: Model,
  { matrix, rowNames, columnNames }: MatrixFile,
  path: string,
  out: string,
  shape: ImageShape | undefined,
): Promise<string> {
  const byRows = model.samples === "rows";
  const page = report(model, {
    title: basename(path).replace(/\.[a-z.]+$/i, ""),
    V: matrix,
    imageShape: shape,
    featureNames: byRows ? columnNames : rowNames,
    sampleNames: byRows ? rowNames : columnNames,
  });
  const file = resolve(out, "report.html");
  await writeAtomic(file, page);
  return file;
}

/** A summary for people, on stderr: stdout carries data. */
function describe(model: Model, { out, json }: Flags, page: string | undefined): void {
  const { W, H, backend, dtype, stoppedBy, iterations, relativeError, kkt, seconds, converged } =
    model;
  const lines = [
    `V ${W.rows}×${H.cols} ≈ W ${W.rows}×${W.cols} · H ${H.rows}×${H.cols}, ${model.loss}, ${model.algorithm}`,
    `${backend.name} on ${backend.device}, ${dtype}, ${backend.threads} thread${backend.threads === 1 ? "" : "s"} (${model.backendReason})`,
    `${iterations} iterations in ${duration(seconds)}, stopped by ${stoppedBy}; relative error ${relativeError.toPrecision(4)}, KKT residual ${kkt.toExponential(2)}`,
    ...(model.starts.length > 0
      ? [`The best of ${model.starts.length} starts was that of seed ${model.seed}`]
      : []),
    ...model.warnings.map((warning) => `Warning: ${warning}`),
    ...(converged || stoppedBy === "aborted"
      ? []
      : [
          `Warning: not converged. More iterations (--max-iterations) or a larger --tol end otherwise.`,
        ]),
    ...(out === undefined ? [] : [`Wrote W.npy, H.npy and result.json to ${out}`]),
    ...(out === undefined && !json
      ? ["Nothing is kept of W and H: --out DIR writes W.npy, H.npy and result.json"]
      : []),
    ...(page === undefined ? [] : [`Report: ${page}`]),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}
