import { spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Lines of a failed command that its error shows. */
const LINES = 30;

/**
 * Runs a command to its end and gives what it wrote to stdout.
 * @throws Error with the last lines that it wrote, or with the signal's reason
 */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      signal,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let everything = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      everything += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (everything += text));
    child.on("error", (error) => {
      if (!signal?.aborted)
        reject(new Error(`${command} cannot be run: ${error.message}`, { cause: error }));
    });
    child.on("close", (code, killedBy) => {
      const lines = everything.trimEnd().split("\n").slice(-LINES).join("\n");
      const end = killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`;
      if (signal?.aborted) reject(signal.reason as Error);
      else if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ${args[0] ?? ""} ${end}:\n${lines}`));
    });
  });
}
