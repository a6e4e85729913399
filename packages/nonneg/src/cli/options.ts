/** How the text of an option becomes its value; what is wrong with a value is said by the library. */
import {
  type Dtype,
  type HostDense,
  type Loss,
  losses,
  NonnegError,
  type Samples,
  type StartName,
  startNames,
} from "@nonneg/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readMatrix } from "../io/index.js";
import type { ImageShape } from "../report/picture.js";

/** What is computed with, and said. */
export interface MachineFlags {
  readonly dtype?: Dtype;
  readonly missing?: "nan" | "unobserved";
  readonly backend?: string;
  readonly threads?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface FitFlags extends MachineFlags {
  readonly tol?: number;
  readonly kktTol?: number;
  readonly maxIterations?: number;
  readonly timeBudget?: number;
}

export function numeric(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value))
    throw new InvalidArgumentError("Expected a number.");
  return value;
}

export function loss(text: string): Loss {
  if (text in losses) return text as Loss;
  const beta = Number(text);
  if (text.trim() !== "" && Number.isFinite(beta)) return beta;
  throw new InvalidArgumentError(
    `Expected ${Object.keys(losses).join(", ")}, or the β of a β-divergence.`,
  );
}

/** `rows,cols` of a picture. */
export function imageShape(text: string): ImageShape {
  const [, rows, cols] = /^([1-9]\d*)[,x×]([1-9]\d*)$/.exec(text) ?? [];
  if (rows && cols) return { rows: Number(rows), cols: Number(cols) };
  throw new InvalidArgumentError("Expected two whole numbers, as 8,8.");
}

export const samplesOption = () =>
  new Option("--samples <axis>", "which axis of V holds the samples").choices([
    "rows",
    "columns",
  ] satisfies Samples[]);

/** The options of when a fit stops, and of what it is computed with. */
export function addFitOptions(command: Command): Command {
  const stopping = command
    .option(
      "--tol <x>",
      "stop when the objective falls by less than this an iteration, relative (0: never)",
      numeric,
    )
    .option("--kkt-tol <x>", "stop when the KKT residual is at most this (0: never)", numeric)
    .option("--max-iterations <n>", "at most this many iterations", numeric)
    .option("--time-budget <seconds>", "stop after this time", numeric);
  return addMachineOptions(stopping);
}

/** The options that every command which computes takes. */
export function addMachineOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--dtype <type>",
        "precision of the arithmetic (default: that of the data)",
      ).choices(["float32", "float64"]),
    )
    .addOption(
      new Option(
        "--missing <how>",
        "what marks missing entries: NaN in a dense V, or what a sparse V does not store",
      ).choices(["nan", "unobserved"]),
    )
    .option(
      "--backend <name>",
      "auto, a name, name:mode, a list in order of preference, a package or a path",
    )
    .option("--threads <n>", "threads to compute with", numeric)
    .option("--json", "print the result as JSON on stdout")
    .option("--quiet", "no progress and no summary");
}

/** The options of a fit that were given, under the names that the library has for them. */
export function fitOptions(flags: FitFlags) {
  const { tol, kktTol, maxIterations, timeBudget, dtype, missing, threads } = flags;
  return given({ tol, kktTol, maxIterations, timeBudget, dtype, missing, threads });
}

/** Those that were given. */
export function given<T extends object>(options: T) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/** A start by name, or `W0.npy,H0.npy`: two files, either of which may be left out. */
export async function readInit(
  text: string | undefined,
): Promise<StartName | { W?: HostDense; H?: HostDense }> {
  if (text === undefined) return "random";
  const named = startNames.find((name) => name === text);
  if (named) return named;
  const parts = text.split(",");
  if (parts.length !== 2) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `--init is ${text}: expected ${startNames.join(", ")}, or two files as W0.npy,H0.npy (either may be empty).`,
    );
  }
  const [W, H] = await Promise.all(
    parts.map(async (path) => (path === "" ? undefined : readDense(path))),
  );
  return { ...(W ? { W } : {}), ...(H ? { H } : {}) };
}

/** A start by name, or the file of a basis. */
export async function readBasis(text = "random"): Promise<StartName | HostDense> {
  return startNames.find((name) => name === text) ?? (await readDense(text));
}

async function readDense(path: string): Promise<HostDense> {
  const { matrix } = await readMatrix(path);
  if ("data" in matrix) return matrix;
  throw new NonnegError("NONNEG_UNSUPPORTED", `${path} is sparse: a factor must be dense.`);
}
