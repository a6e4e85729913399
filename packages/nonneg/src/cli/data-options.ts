/** Options about the data and what is asked of the factors: weights, penalties, frozen components. */
import type { FactorizeOptions } from "@nonneg/core";
import { type Command, InvalidArgumentError } from "commander";
import { readMatrix, type ReadOptions } from "../io/index.js";
import { numeric } from "./options.js";

/** How a table is read. */
export interface TableFlags {
  readonly header?: boolean;
  readonly rowNames?: boolean;
  readonly delimiter?: string;
}

export interface PenaltyFlags {
  readonly l1W?: number;
  readonly l1H?: number;
  readonly l2W?: number;
  readonly l2H?: number;
}

export interface DataFlags extends TableFlags, PenaltyFlags {
  readonly weights?: string;
  readonly freezeW?: readonly number[];
  readonly freezeH?: readonly number[];
}

export function addDataOptions(command: Command): Command {
  const table = addTableOptions(command);
  return addPenaltyOptions(
    table.option("--weights <file>", "weight of each entry of V, 0 for unobserved"),
  )
    .option("--freeze-w <list>", "columns of W to keep as --init has them, such as 0,2", components)
    .option("--freeze-h <list>", "rows of H to keep as --init has them", components);
}

export function addTableOptions(command: Command): Command {
  return command
    .option("--header", "the first row of a .csv names columns (default: as it looks)")
    .option("--no-header", "the first row of a .csv is data")
    .option("--row-names", "the first column of a .csv names rows (default: as it looks)")
    .option("--no-row-names", "the first column of a .csv is data")
    .option("--delimiter <character>", "what separates the cells of a .csv (\\t: a tab)");
}

export function addPenaltyOptions(command: Command): Command {
  return command
    .option("--l1-w <x>", "penalty x · Σ W", numeric)
    .option("--l1-h <x>", "penalty x · Σ H", numeric)
    .option("--l2-w <x>", "penalty ½ x · Σ W²", numeric)
    .option("--l2-h <x>", "penalty ½ x · Σ H²", numeric);
}

export function readOptions({ header, rowNames, delimiter }: TableFlags): ReadOptions {
  return {
    ...(header === undefined ? {} : { header }),
    ...(rowNames === undefined ? {} : { rowNames }),
    // A tab is hard to type.
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "\\t" ? "\t" : delimiter }),
  };
}

export async function dataOptions(
  flags: DataFlags,
): Promise<Pick<FactorizeOptions, "weights" | "penalties" | "frozen">> {
  const { weights, freezeW, freezeH } = flags;
  return {
    ...(weights === undefined ? {} : { weights: (await readMatrix(weights)).matrix }),
    ...penaltyOptions(flags),
    ...(freezeW || freezeH ? { frozen: { W: freezeW ?? [], H: freezeH ?? [] } } : {}),
  };
}

export function penaltyOptions({
  l1W = 0,
  l1H = 0,
  l2W = 0,
  l2H = 0,
}: PenaltyFlags): Pick<FactorizeOptions, "penalties"> {
  if (!l1W && !l1H && !l2W && !l2H) return {};
  return { penalties: { W: { l1: l1W, l2: l2W }, H: { l1: l1H, l2: l2H } } };
}

function components(text: string): number[] {
  const list = text.split(",").map(Number);
  if (text.trim() !== "" && list.every((component) => Number.isSafeInteger(component))) return list;
  throw new InvalidArgumentError("Expected numbers of components, as 0,2.");
}
