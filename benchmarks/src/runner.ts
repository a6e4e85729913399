/** Runs a study: round by round, each row in a process of its own, everything recorded at once. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commandOf, workerOf } from "./command.js";
import { type CaseFiles, prepareCase } from "./data.js";
import { captureEnvironment } from "./environment.js";
import { Failure, type Job, type Reference } from "./job.js";
import { type Header, type Line, openWriter, readJournal } from "./journal.js";
import { planOf, type Row } from "./plan.js";
import { type Outcome, runProcess } from "./process.js";
import { hashOf, type Study, UsageError } from "./study.js";
import { workOf } from "./work.js";

export interface RunOptions {
  readonly peers: boolean;
  readonly filter: string;
  readonly signal?: AbortSignal;
  /** told after each measurement */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number;
  /** what has just ended, or begins */
  readonly text: string;
}

/** The first line of a run of this study here and now. @throws UsageError where nothing is left to run */
export function headerOf(study: Study, { peers, filter }: RunOptions): Header {
  const rows = planOf(study, { peers, filter });
  if (rows.length === 0) throw new UsageError(`No row of study ${study.name} matches "${filter}".`);
  return {
    type: "run",
    schema: 1,
    studyHash: hashOf({ study, rows }),
    study,
    filter,
    peers,
    begun: new Date().toISOString(),
    environment: captureEnvironment(),
    rows,
  };
}

/** Runs what `path` does not record yet. */
export async function run(path: string, fresh: Header, options: RunOptions): Promise<void> {
  const writer = openWriter(path);
  try {
    const lines = recorded(path);
    const add = (line: Line) => {
      lines.push(line);
      writer.add(line);
    };
    if (lines.length === 0) add(fresh);
    else add({ type: "resumed", at: new Date().toISOString() });
    const note = await new Run(fresh, lines, add, options).finish();
    add({ type: "end", at: new Date().toISOString(), note });
  } finally {
    writer.close();
  }
}

function recorded(path: string): Line[] {
  try {
    return [...readJournal(path).lines];
  } catch {
    return [];
  }
}

class Run {
  readonly #study: Study;
  readonly #rows: readonly Row[];
  readonly #lines: readonly Line[];
  readonly #add: (line: Line) => void;
  readonly #options: RunOptions;

  constructor(
    { study, rows }: Header,
    lines: readonly Line[],
    add: (line: Line) => void,
    options: RunOptions,
  ) {
    this.#study = study;
    this.#rows = rows;
    this.#lines = lines;
    this.#add = add;
    this.#options = options;
  }

  /** What is left; says what the budget left out. */
  async finish(): Promise<string> {
    const { rounds, budget } = this.#study;
    for (let round = 0; round < rounds; round++) {
      await this.#probe(round);
      for (const row of this.#rows) {
        if (this.#settled(row, round)) continue;
        if (round > 0 && this.#spent() > budget.study)
          return `the study's budget of ${budget.study} s ended in round ${round + 1} of ${rounds}`;
        await this.#measure(row, round);
      }
    }
    return "";
  }

  #of(row: Row) {
    return this.#lines.flatMap((line) =>
      (line.type === "measurement" || line.type === "failure") && line.row === row.id ? [line] : [],
    );
  }

  /** Measured in this round, failed in an earlier one, or past its budget. */
  #settled(row: Row, round: number): boolean {
    const lines = this.#of(row);
    const spent = lines.reduce((sum, { seconds }) => sum + seconds, 0);
    return (
      lines.some((line) => line.type === "failure" || line.round === round) ||
      spent > this.#study.budget.row
    );
  }

  #spent(): number {
    return this.#rows
      .flatMap((row) => this.#of(row))
      .reduce((sum, { seconds }) => sum + seconds, 0);
  }

  /** What the machine can do in each dtype and with each number of threads. */
  async #probe(round: number): Promise<void> {
    if (!["iteration", "kernel"].includes(this.#study.measure)) return;
    const kinds = new Map(
      this.#rows.map(({ threads, dtype }) => [`${threads} ${dtype}`, { threads, dtype }]),
    );
    for (const { threads, dtype } of kinds.values()) {
      if (
        this.#lines.some(
          (line) =>
            line.type === "probe" &&
            line.round === round &&
            line.threads === threads &&
            line.dtype === dtype,
        )
      )
        continue;
      const job = {
        ...this.#job(this.#rows[0]!, round),
        measure: "probe",
        threads,
        dtype,
      } as const;
      const outcome = await this.#process(workerOf(job), threads);
      if (!("result" in outcome)) continue;
      const { parts = {}, versions = {} } = outcome.result;
      this.#add({ type: "probe", round, threads, dtype, parts, versions });
    }
  }

  async #measure(row: Row, round: number): Promise<void> {
    let outcome: Outcome;
    let files: CaseFiles | undefined;
    try {
      files = "rank" in row.work ? await prepareCase(row.work, row.dtype) : undefined;
      const reference = files && (await this.#reference(row, files));
      const job = {
        ...this.#job(row, round),
        ...(files && { folder: files.folder }),
        ...(reference && { reference }),
        ...this.#target(row),
      };
      this.#report(round, `${row.id} …`);
      outcome = await this.#process(commandOf(row, job), row.threads);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      outcome = {
        seconds: 0,
        peakMegabytes: 0,
        failure: { kind: error.kind, reason: error.message },
      };
    }
    const common = { row: row.id, round, seconds: outcome.seconds };
    if ("failure" in outcome) {
      this.#add({ type: "failure", ...common, ...outcome.failure });
      this.#report(round, `${row.id}: ${outcome.failure.kind}: ${outcome.failure.reason}`);
      return;
    }
    const work =
      files && this.#study.measure === "iteration"
        ? workOf(files.shape, row.loss, row.rule, row.dtype)
        : undefined;
    this.#add({
      type: "measurement",
      ...common,
      peakMegabytes: outcome.peakMegabytes,
      ...work,
      ...outcome.result,
    });
    const { value } = outcome.result;
    this.#report(round, `${row.id}: ${value === null ? "measured" : value.toPrecision(3)}`);
  }

  #job(row: Row, round: number): Job {
    return {
      measure: this.#study.measure,
      backend: row.backend ?? "",
      algorithm: row.peer?.algorithm ?? "",
      threads: row.threads,
      dtype: row.dtype,
      loss: row.loss,
      rule: row.rule,
      folder: "",
      ...("kernel" in row.work && { kernel: row.work }),
      iterations: "rank" in row.work ? row.work.iterations : [1, 2],
      seconds: this.#study.seconds,
      verify: round === 0,
    };
  }

  /** Where a peer's own stop rule ended it: peers come first. */
  #target({ group }: Row): Pick<Job, "target"> {
    const rows = new Set(this.#rows.filter((row) => row.group === group).map(({ id }) => id));
    for (const line of this.#lines) {
      if (line.type === "measurement" && rows.has(line.row) && line.stopped)
        return { target: line.stopped[1] };
    }
    return {};
  }

  /** Objectives that the row's rule must reach: computed once in float64 and kept beside the inputs. */
  async #reference(row: Row, { folder }: CaseFiles): Promise<Reference | undefined> {
    if (this.#study.measure !== "iteration" || !("rank" in row.work)) return undefined;
    // A peer of another rule must at least do as well as the multiplicative one.
    const rule = row.peer ? "multiplicative" : row.rule;
    const path = join(
      folder,
      `reference-${row.loss}-${rule}-${row.work.iterations.join("-")}.json`,
    );
    try {
      return JSON.parse(await readFile(path, "utf8")) as Reference;
    } catch {
      // not computed yet
    }
    this.#report(0, `${row.work.name}, ${row.loss}, ${rule}: the reference's objectives, once`);
    const job: Job = { ...this.#job(row, 0), measure: "reference", rule, folder };
    const { limits } = this.#study;
    const outcome = await this.#process(workerOf(job), 1, {
      ...limits,
      seconds: 4 * limits.seconds,
    });
    if (!("result" in outcome))
      throw new Failure(
        "unavailable",
        `the reference has no objective to compare with: ${outcome.failure.reason}`,
      );
    const reference: Reference = outcome.result.parts ?? {};
    await writeFile(path, JSON.stringify(reference));
    return reference;
  }

  #process(command: string[], threads: number, limits = this.#study.limits): Promise<Outcome> {
    return runProcess(command, { threads, limits, signal: this.#options.signal });
  }

  #report(round: number, text: string): void {
    const { rounds } = this.#study;
    const ended = this.#lines.filter(
      ({ type }) => type === "measurement" || type === "failure",
    ).length;
    const left = this.#rows.flatMap((row) => {
      const lines = this.#of(row);
      if (lines.some(({ type }) => type === "failure")) return [];
      const typical = lines.at(-1)?.seconds;
      return Array.from({ length: rounds - lines.length }, () => typical);
    });
    const mean = ended === 0 ? NaN : this.#spent() / ended;
    this.#options.onProgress?.({
      done: ended,
      total: ended + left.length,
      secondsLeft: left.reduce<number>((sum, seconds) => sum + (seconds ?? mean), 0),
      text: `round ${round + 1} of ${rounds}: ${text}`,
    });
  }
}
