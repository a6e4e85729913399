import { NonnegError } from "@nonneg/core";
import type { Command } from "commander";
import { Interrupt } from "./interrupt.js";
import { EXIT } from "./exit.js";

interface Progress {
  readonly message: string;
  readonly bytes?: number;
  readonly totalBytes?: number;
}

interface SetupOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly libtensorflow?: string;
}

/** What can be brought to this machine without root: each returns where it is. */
const setups: Readonly<
  Record<string, (options: SetupOptions) => Promise<{ readonly directory: string }>>
> = {
  blas: async (options) => (await import("@nonneg/backend-blas")).setup(options),
  "tfjs-node": async (options) => (await import("@nonneg/backend-tfjs-node")).setup(options),
};

export function addSetup(program: Command, run: { code: number }): void {
  program
    .command("setup")
    .description("bring what a backend needs to a cache outside node_modules")
    .argument("[backend]", `one of ${Object.keys(setups).join(", ")}`)
    .option(
      "--libtensorflow <path>",
      "where to take libtensorflow from: a directory, a Python package or a wheel",
    )
    .option(
      "--for-tests",
      "all of them; what cannot be had is said and passed over; NONNEG_SETUP=none leaves it out",
    )
    .action(
      async (
        backend: string | undefined,
        flags: { libtensorflow?: string; forTests?: boolean },
      ) => {
        using interrupt = new Interrupt();
        run.code = flags.forTests
          ? await setUpForTests(interrupt.signal)
          : await setUpOne(backend, interrupt.signal, flags.libtensorflow);
      },
    );
}

async function setUpOne(
  backend: string | undefined,
  signal: AbortSignal,
  libtensorflow?: string,
): Promise<number> {
  const setup = setups[backend ?? ""];
  if (!setup) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `There is no setup of ${backend ?? "nothing"}: expected ${Object.keys(setups).join(", ")}.`,
    );
  }
  try {
    const { directory } = await setup({
      signal,
      onProgress,
      ...(libtensorflow === undefined ? {} : { libtensorflow }),
    });
    process.stderr.write(`${String(backend)} is ready: ${directory}\n`);
    return EXIT.done;
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    throw error;
  }
}

/** Every setup in turn; none that fails stops the tests, which skip what is missing and say why. */
async function setUpForTests(signal: AbortSignal): Promise<number> {
  if (process.env["NONNEG_SETUP"] === "none") {
    process.stderr.write(
      "NONNEG_SETUP=none: optional backends are tested only where they are already set up.\n",
    );
    return EXIT.done;
  }
  for (const backend of Object.keys(setups)) {
    try {
      await setUpOne(backend, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${backend} could not be had: ${message}\n`);
    }
    if (signal.aborted) return EXIT.interrupted;
  }
  return EXIT.done;
}

let last = "";

/** One line a stage; on a terminal the bytes count up in place. */
function onProgress({ message, bytes, totalBytes }: Progress): void {
  const size = (n: number) => `${(n / 1e6).toFixed(1)} MB`;
  if (message !== last)
    process.stderr.write(
      `${last !== "" && process.stderr.isTTY ? "\n" : ""}${message}${process.stderr.isTTY ? "" : "\n"}`,
    );
  else if (process.stderr.isTTY && bytes !== undefined) {
    process.stderr.write(
      `\r\u001b[2K${message} ${size(bytes)}${totalBytes === undefined ? "" : ` of ${size(totalBytes)}`}`,
    );
  }
  last = message;
}
