/** `pnpm bench`: see `--help`, and benchmarks/README.md. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, CommanderError } from "commander";
import { compare, markdownOf } from "./compare.js";
import { setUpPeers } from "./peers-setup.js";
import { performanceGuide } from "./performance.js";
import { htmlReport } from "./report/report.js";
import { type Header, readJournal } from "./journal.js";
import { headerOf, type Progress, run, type RunOptions } from "./runner.js";
import { home, readStudy, UsageError } from "./study.js";
import { summarize } from "./summary.js";
import { markdown } from "./table.js";

interface RunFlags {
  readonly study: string;
  readonly peers: boolean;
  readonly filter: string;
  readonly out?: string;
  readonly fresh: boolean;
  readonly json: boolean;
}

/** Where runs go that are given no name. */
const OUT = join("nonneg-out", "bench");

export async function main(args: readonly string[]): Promise<number> {
  const program = new Command("bench")
    .description("compares nonneg's backends, and other libraries, on the same work")
    .exitOverride();
  program
    .command("run", { isDefault: true })
    .description("run a study, or go on with one that was interrupted")
    .option(
      "--study <file>",
      "a study's file, or the name of a shipped one (benchmarks/studies)",
      "quick",
    )
    .option("--peers", "let the other libraries of the study take part", false)
    .option("--filter <words>", "only rows whose name holds each of these words", "")
    .option("--out <file>", "the record, JSON Lines; .md and .html go beside it")
    .option("--fresh", "begin anew where an interrupted run could go on", false)
    .option("--json", "the rows as JSON on stdout", false)
    .action(runStudy);
  program
    .command("compare <before> <after>")
    .description("what got faster or slower beyond the noise between two runs")
    .option("--json", "as JSON", false)
    .action((before: string, after: string, { json }: { json: boolean }) => {
      const compared = compare(summarize(readJournal(before)), summarize(readJournal(after)));
      print(json ? JSON.stringify(compared) : markdownOf(compared));
    });
  program
    .command("report <run>")
    .description("the table and the page of a recorded run, again")
    .action(async (path: string) => {
      await show(path, false);
    });
  program
    .command("docs")
    .description("docs/performance.md from the committed runs in benchmarks/results")
    .action(async () => {
      await performanceGuide(join(home, "results"), join(home, "..", "docs"));
    });
  program
    .command("peers-setup")
    .description("bring the other libraries, in a virtual environment")
    .action(setUpPeers);
  try {
    await program.parseAsync(
      args.filter((arg) => arg !== "--"),
      { from: "user" },
    );
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 1;
  }
}

async function runStudy(flags: RunFlags): Promise<void> {
  const interrupt = new AbortController();
  const options: RunOptions = {
    peers: flags.peers,
    filter: flags.filter,
    signal: interrupt.signal,
    onProgress,
  };
  const header = headerOf(readStudy(flags.study), options);
  const path = pathFor(header, flags);
  process.once("SIGINT", () => interrupt.abort());
  try {
    await run(path, header, options);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write(`Interrupted. The same command goes on where it stopped: ${path}\n`);
    process.exitCode = 130;
    return;
  }
  await show(path, flags.json);
}

/** The run to go on with, or a new one. @throws UsageError where the file named is another run's */
function pathFor(header: Header, { out, fresh }: RunFlags): string {
  if (out !== undefined) {
    if (!existsSync(out) || readFileSync(out).length === 0) return out;
    if (isOpen(out, header)) return out;
    throw new UsageError(
      `${out} is there, and no interrupted run of this study on this commit: name another file.`,
    );
  }
  const { name } = header.study;
  const earlier = existsSync(OUT)
    ? readdirSync(OUT)
        .filter((file) => file.startsWith(`${name}-2`) && file.endsWith(".jsonl"))
        .sort()
    : [];
  const open = fresh
    ? undefined
    : earlier.map((file) => join(OUT, file)).findLast((path) => isOpen(path, header));
  if (open) process.stderr.write(`Going on with ${open}\n`);
  return open ?? join(OUT, `${name}-${header.begun.slice(0, 19).replaceAll(":", "")}.jsonl`);
}

function isOpen(path: string, { studyHash, environment }: Header): boolean {
  try {
    const { header, complete } = readJournal(path);
    return (
      !complete &&
      header.studyHash === studyHash &&
      header.environment.commit === environment.commit
    );
  } catch {
    return false;
  }
}

/** Table and page beside the record, and the table, or the rows, on stdout. */
async function show(path: string, json: boolean): Promise<void> {
  const summary = summarize(readJournal(path));
  const base = path.replace(/\.jsonl$/, "");
  mkdirSync(dirname(base), { recursive: true });
  const text = markdown(summary);
  writeFileSync(`${base}.md`, text);
  writeFileSync(`${base}.html`, await htmlReport(summary));
  print(json ? JSON.stringify(summary) : text);
  process.stderr.write(`Record ${path}, table ${base}.md, report ${base}.html\n`);
}

function onProgress({ done, total, secondsLeft, text }: Progress): void {
  const eta = Number.isFinite(secondsLeft) ? `, about ${showSeconds(secondsLeft)} left` : "";
  process.stderr.write(`[${done}/${total}${eta}] ${text}\n`);
}

const showSeconds = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

const print = (text: string) => process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
