import { join } from "node:path";
import type { Command } from "commander";
import { load } from "../load.js";
import { readMatrix, writeNpy } from "../io/index.js";
import { addTableOptions, readOptions, type TableFlags } from "./data-options.js";
import { Interrupt } from "./interrupt.js";
import { EXIT } from "./exit.js";
import { addFitOptions, fitOptions, type FitFlags } from "./options.js";
import { checkApart, checkNpy } from "./places.js";
import { duration, ProgressBar } from "./progress.js";

interface Flags extends FitFlags, TableFlags {
  readonly out: string;
}

export function addTransform(program: Command, run: { code: number }): void {
  const command = program
    .command("transform")
    .description("coefficients of new samples X in the basis of a model, which is held")
    .argument("<model>", "a directory that factorize --out wrote")
    .argument("<X>", "the file that holds the samples")
    .requiredOption("--out <file>", "the .npy file to write the coefficients to");
  addFitOptions(addTableOptions(command)).action(
    async (directory: string, path: string, flags: Flags) => {
      run.code = await runTransform(directory, path, flags);
    },
  );
}

async function runTransform(directory: string, path: string, flags: Flags): Promise<number> {
  await checkNpy(flags.out);
  for (const read of [path, join(directory, "W.npy"), join(directory, "H.npy")]) {
    await checkApart(read, flags.out);
  }
  const model = await load(directory);
  const { matrix } = await readMatrix(path, readOptions(flags));
  using interrupt = new Interrupt();
  const backend = flags.backend === undefined ? {} : { backend: flags.backend };
  const fit = await (async () => {
    using bar = new ProgressBar(process.stderr, flags.quiet ?? false);
    return await model.transform(matrix, {
      ...fitOptions(flags),
      ...backend,
      signal: interrupt.signal,
      onIteration: bar.update,
    });
  })();
  const coefficients = model.samples === "rows" ? fit.W : fit.H;
  await writeNpy(flags.out, coefficients);
  const { iterations, stoppedBy, converged, relativeError, kkt, seconds } = fit;
  if (flags.json) {
    const shape = [coefficients.rows, coefficients.cols];
    process.stdout.write(
      `${JSON.stringify({ schema: 1, shape, iterations, stoppedBy, converged, relativeError, kkt, seconds })}\n`,
    );
  }
  if (!flags.quiet) {
    process.stderr.write(
      `${iterations} iterations in ${duration(seconds)}, stopped by ${stoppedBy}; relative error ${relativeError.toPrecision(4)}\n` +
        `Wrote ${coefficients.rows}×${coefficients.cols} coefficients to ${flags.out}\n`,
    );
  }
  return interrupt.signal.aborted ? EXIT.interrupted : EXIT.done;
}
