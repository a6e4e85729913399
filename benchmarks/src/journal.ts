/** The record of a run: JSON Lines, only ever added to; everything shown is derived from it. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Dtype } from "@nonneg/core";
import type { Environment } from "./environment.js";
import type { FailureKind, Result } from "./job.js";
import type { Row } from "./plan.js";
import { type Study, UsageError } from "./study.js";

/** The first line. */
export interface Header {
  readonly type: "run";
  readonly schema: 1;
  /** of study, rows and what chose them: runs that share it did the same work */
  readonly studyHash: string;
  readonly study: Study;
  readonly filter: string;
  readonly peers: boolean;
  readonly begun: string;
  readonly environment: Environment;
  readonly rows: readonly Row[];
}

export interface Measurement extends Result {
  readonly type: "measurement";
  readonly row: string;
  readonly round: number;
  /** of the whole process */
  readonly seconds: number;
  readonly peakMegabytes: number;
  /** MB that the work goes through, where known */
  readonly footprint?: number;
}

export interface RowFailure {
  readonly type: "failure";
  readonly row: string;
  readonly round: number;
  readonly kind: FailureKind;
  readonly reason: string;
  readonly seconds: number;
}

/** What the machine itself can do: see measures/probe.ts. */
export interface Probe {
  readonly type: "probe";
  readonly round: number;
  readonly threads: number;
  readonly dtype: Dtype;
  readonly parts: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, string>>;
}

export type Line =
  | Header
  | Measurement
  | RowFailure
  | Probe
  | { readonly type: "resumed"; readonly at: string }
  | { readonly type: "end"; readonly at: string; readonly note: string };

export interface Journal {
  readonly header: Header;
  readonly lines: readonly Line[];
  readonly complete: boolean;
}

/** A run's record; a last line cut short by a crash is left out. @throws UsageError */
export function readJournal(path: string): Journal {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line, i): Line => {
      try {
        return JSON.parse(line) as Line;
      } catch (error) {
        throw new UsageError(`${path}: line ${i + 1} is not JSON: ${(error as Error).message}`, {
          cause: error,
        });
      }
    });
  const header = lines[0];
  // A file of another schema says so in a type this version does not know.
  if (header?.type !== "run" || (header.schema as number) !== 1) {
    throw new UsageError(
      `${path}: no record of a run: expected the JSON Lines that \`pnpm bench\` writes.`,
    );
  }
  return { header, lines, complete: lines.some(({ type }) => type === "end") };
}

export interface Writer {
  add(line: Line): void;
  close(): void;
}

/** Opens a record to add to; what a crash left of a last line is cut off. */
export function openWriter(path: string): Writer {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) {
    const bytes = readFileSync(path);
    truncateSync(path, bytes.lastIndexOf(10) + 1);
  }
  const file = openSync(path, "a");
  return {
    add(line) {
      writeSync(file, `${JSON.stringify(line)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
