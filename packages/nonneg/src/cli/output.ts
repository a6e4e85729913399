import { EXIT } from "./exit.js";

/**
 * A reader that has gone, as `| head -1` does, ends what is said and not the work: files are still
 * written. What else keeps data from stdout, a full disk say, is an error.
 */
export function watchOutput(): void {
  process.stderr.on("error", () => undefined);
  let lost = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || lost) return;
    lost = true;
    process.stderr.write(`NONNEG_IO: stdout cannot be written: ${error.message}.\n`);
    // After the command has said how it ended.
    process.once("exit", () => (process.exitCode ||= EXIT.wrong));
  });
}
