import {
  type HostMatrix,
  NonnegError,
  type NonnegErrorCode,
  type PartialFitStart,
  startNames,
} from "@nonneg/core";
import type { Command } from "commander";
import { modelExists } from "../files.js";
import { load } from "../load.js";
import { type BasisModel, type Learned, partialFit } from "../model.js";
import { summarize } from "../summary.js";
import { readBatches } from "./batches.js";
import {
  addPenaltyOptions,
  addTableOptions,
  type PenaltyFlags,
  penaltyOptions,
  readOptions,
  type TableFlags,
} from "./data-options.js";
import { EXIT } from "./exit.js";
import { Interrupt } from "./interrupt.js";
import {
  addMachineOptions,
  given,
  loss,
  type MachineFlags,
  numeric,
  readBasis,
  samplesOption,
} from "./options.js";
import { checkDirectory, checkThere } from "./places.js";

/** What may be wrong with a batch. */
const ABOUT_DATA: ReadonlySet<NonnegErrorCode> = new Set([
  "NONNEG_SHAPE_MISMATCH",
  "NONNEG_INVALID_INPUT",
  "NONNEG_NEGATIVE_INPUT",
  "NONNEG_NOT_FINITE",
  "NONNEG_ZERO_INPUT",
]);
/** What decides a fit: said with its first batch, and kept in the model. */
const DECIDED = ["rank", "loss", "samples", "init", "seed", "dtype"] as const;

type Flags = MachineFlags &
  TableFlags &
  PenaltyFlags &
  Partial<Omit<PartialFitStart, "init">> & {
    readonly init?: string;
    readonly batchSize?: number;
    readonly memory?: number;
    readonly innerIterations?: number;
    readonly steps?: number;
  };

export function addPartialFit(program: Command, run: { code: number }): void {
  const command = program
    .command("partial-fit")
    .description("learn from batches of samples, one file after another, that need not fit at once")
    .argument("<model>", "the directory of the model, made with the first batch")
    .argument("<batches...>", "the files that hold the batches")
    .option("--batch-size <n>", "cut each file into batches of so many samples", numeric)
    .option("--rank <k>", "number of components; with the first batch, as the next four", numeric)
    .option("--loss <name>", "euclidean, kullback-leibler, itakura-saito, or β", loss)
    .addOption(samplesOption())
    .option("--init <start>", `${startNames.join(", ")}, or the file of a basis`)
    .option("--seed <n>", "seed of the random start", numeric)
    .option("--memory <x>", "what each batch keeps of those before; 1 forgets nothing", numeric)
    .option(
      "--inner-iterations <n>",
      "on the coefficients, before a batch moves the basis",
      numeric,
    )
    .option("--steps <n>", "on the basis with one batch", numeric);
  addMachineOptions(addPenaltyOptions(addTableOptions(command))).action(
    async (directory: string, paths: string[], flags: Flags) => {
      run.code = await runPartialFit(directory, paths, flags);
    },
  );
}

async function runPartialFit(
  directory: string,
  paths: readonly string[],
  flags: Flags,
): Promise<number> {
  checkBatchSize(flags);
  await checkDirectory(directory);
  // Before the first is learned from: what is learned is not to be learned again.
  for (const path of paths) await checkThere(path);
  let model = await opened(directory, flags);
  const samples = model?.samples ?? flags.samples ?? "rows";
  const batches = readBatches(paths, readOptions(flags), { samples, size: flags.batchSize });
  using interrupt = new Interrupt();
  for await (const { name, matrix } of batches) {
    const learned: Learned = await learn(model, matrix, flags, interrupt.signal).catch(
      naming(name),
    );
    if (learned.steps === 0) break;
    await learned.save(directory);
    if (flags.json) process.stdout.write(`${JSON.stringify(summarize(learned))}\n`);
    if (!flags.quiet) describe(name, matrix, learned, directory);
    if (interrupt.signal.aborted) break;
    model = learned;
  }
  return interrupt.signal.aborted ? EXIT.interrupted : EXIT.done;
}

/** @throws NonnegError NONNEG_OPTION */
function checkBatchSize({ batchSize }: Flags): void {
  if (batchSize === undefined || (Number.isSafeInteger(batchSize) && batchSize >= 1)) return;
  throw new NonnegError(
    "NONNEG_OPTION",
    `--batch-size is ${batchSize}: expected a whole number of samples, at least 1.`,
  );
}

/** The model that is there, if any. @throws NonnegError NONNEG_OPTION where it has decided what was said */
async function opened(directory: string, flags: Flags): Promise<BasisModel | undefined> {
  const exists = await modelExists(directory);
  const said = DECIDED.filter((name) => flags[name] !== undefined);
  if (exists && said.length > 0) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `${directory} holds a model, which has decided --${said.join(" and --")}: leave that out, or name a new directory.`,
    );
  }
  if (!exists && flags.rank === undefined) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `${directory} holds no model yet: say --rank K, the number of components to learn.`,
    );
  }
  return exists ? await load(directory) : undefined;
}

async function learn(
  model: BasisModel | undefined,
  batch: HostMatrix,
  flags: Flags,
  signal: AbortSignal,
): Promise<Learned> {
  const { memory, innerIterations, steps, missing, backend, threads } = flags;
  const each = {
    ...given({ memory, innerIterations, steps, missing, backend, threads }),
    ...penaltyOptions(flags),
    signal,
  };
  if (model) return await model.partialFit(batch, each);
  const { rank, loss, samples, seed, dtype } = flags;
  const init = await readBasis(flags.init);
  const start = { ...given({ loss, samples, seed, dtype }), init, rank: rank! };
  return await partialFit(batch, { ...start, ...each });
}

/** Of several files an error about data has to say which. */
const naming =
  (batch: string) =>
  (error: unknown): never => {
    if (error instanceof NonnegError && ABOUT_DATA.has(error.code))
      throw new NonnegError(error.code, `${batch}: ${error.message}`, { cause: error });
    throw error;
  };

/** A line for people, on stderr: stdout carries data. */
function describe(
  path: string,
  { rows, cols }: HostMatrix,
  { state, relativeError, samples, warnings }: Learned,
  directory: string,
): void {
  const count = samples === "rows" ? rows : cols;
  const { batches } = state;
  const lines = [
    `${path}: ${count} sample${count === 1 ? "" : "s"}, relative error ${relativeError.toPrecision(4)} before they were learned; ${directory} has learned from ${batches} batch${batches === 1 ? "" : "es"}`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}
