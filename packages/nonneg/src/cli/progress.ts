import type { Progress } from "@nonneg/core";

const WIDTH = 24;
const QUIET_SECONDS = 1;
const REDRAW_SECONDS = 0.1;

/** A bar on stderr for fits of more than a second: iteration, objective, time left. Silent without a terminal. */
export class ProgressBar implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #active: boolean;
  #drawn = -Infinity;

  constructor(stream: NodeJS.WriteStream, quiet: boolean) {
    this.#stream = stream;
    this.#active = stream.isTTY && !quiet;
  }

  readonly update = ({ iteration, maxIterations, objective, seconds }: Progress): void => {
    if (!this.#active || seconds < QUIET_SECONDS || seconds - this.#drawn < REDRAW_SECONDS) return;
    this.#drawn = seconds;
    const done = maxIterations > 0 ? iteration / maxIterations : 1;
    const filled = Math.round(WIDTH * Math.min(1, done));
    const left = iteration > 0 ? (seconds / iteration) * (maxIterations - iteration) : NaN;
    this.#stream.write(
      `\r\u001b[2K${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${iteration}/${maxIterations}` +
        `  objective ${objective.toPrecision(6)}  at most ${duration(left)} left`,
    );
  };

  [Symbol.dispose](): void {
    if (this.#drawn > 0) this.#stream.write("\r\u001b[2K");
  }
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 100
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${(minutes / 60).toFixed(1)} h`;
}
