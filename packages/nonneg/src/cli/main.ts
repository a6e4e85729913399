import { NonnegError } from "@nonneg/core";
import { Command, CommanderError } from "commander";
import { version } from "../summary.js";
import { addBackends } from "./backends-command.js";
import { addDoctor } from "./doctor-command.js";
import { EXIT } from "./exit.js";
import { addFactorize } from "./factorize-command.js";
import { watchOutput } from "./output.js";
import { addPartialFit } from "./partial-fit-command.js";
import { addSetup } from "./setup-command.js";
import { addTransform } from "./transform-command.js";

/** Runs the command line; resolves to the exit code and never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  watchOutput();
  const run = { code: EXIT.done as number };
  const program = new Command("nonneg")
    .description("Nonnegative matrix factorization: V ≈ WH, on the fastest backend at hand.")
    .version(version)
    .option("--debug", "with an error, show its stack and causes")
    .exitOverride()
    .configureOutput({ outputError: () => undefined }); // `report` says it
  addFactorize(program, run);
  addTransform(program, run);
  addPartialFit(program, run);
  addBackends(program);
  addDoctor(program, run);
  addSetup(program, run);
  try {
    await program.parseAsync(argv, { from: "user" });
    return run.code;
  } catch (error) {
    return report(error, program.opts<{ debug?: boolean }>().debug ?? argv.includes("--debug"));
  }
}

/** One paragraph and the code of the error; the stack only where it was asked for. */
function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    // Without a command Commander has shown the help.
    const said =
      error.code === "commander.help" ? "a command is missing, see above." : sentence(error);
    process.stderr.write(`NONNEG_OPTION: ${said}\n`);
    return EXIT.wrong;
  }
  const known = error instanceof NonnegError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    known ? `${error.code}: ${message}\n` : `Unexpected error: ${message}. --debug shows where.\n`,
  );
  if (debug) console.error(error);
  return known && error.code === "NONNEG_BACKEND_UNAVAILABLE" ? EXIT.unavailable : EXIT.wrong;
}

/** Commander's message in one paragraph, its hint with it. */
const sentence = ({ message }: CommanderError): string =>
  message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
