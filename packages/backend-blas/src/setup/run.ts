import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Lines of a failed command that its error shows. */
const LINES = 4;

/**
 * Runs a command to its end and gives what it wrote to stdout.
 * @throws Error with the last lines that it wrote
 */
export async function run(
  command: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { signal })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const said = stderr.trim().split("\n").slice(-LINES).join("\n");
    throw new Error(said || message, { cause: error });
  }
}
