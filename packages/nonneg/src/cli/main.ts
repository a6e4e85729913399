import { NonnegError } from "@nonneg/core";
import { Command, CommanderError } from "commander";
import { version } from "../summary.js";
import { addBackends } from "./backends-command.js";
import { addFactorize } from "./factorize-command.js";
import { addTransform } from "./transform-command.js";

/** What ends a command. */
export const EXIT = { done: 0, wrong: 1, unavailable: 2, interrupted: 130 } as const;

/** Runs the command line; resolves to the exit code and never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const run = { code: EXIT.done as number };
  const program = new Command("nonneg")
    .description("Nonnegative matrix factorization: V ≈ WH, on the fastest backend at hand.")
    .version(version)
    .option("--debug", "with an error, show its stack and causes")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });
  addFactorize(program, run);
  addTransform(program, run);
  addBackends(program);
  try {
    await program.parseAsync(argv, { from: "user" });
    return run.code;
  } catch (error) {
    return report(error, program.opts<{ debug?: boolean }>().debug ?? argv.includes("--debug"));
  }
}

/** One paragraph and the code of the error; the stack only where it was asked for. */
function report(error: unknown, debug: boolean): number {
  // Commander has already said what is wrong with the command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrong;
  const known = error instanceof NonnegError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    known ? `${error.code}: ${message}\n` : `Unexpected error: ${message}. --debug shows where.\n`,
  );
  if (debug) console.error(error);
  return known && error.code === "NONNEG_BACKEND_UNAVAILABLE" ? EXIT.unavailable : EXIT.wrong;
}
