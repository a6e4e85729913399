/** docs/performance.md and its pictures, from the runs in benchmarks/results: every sentence follows from a figure. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as prettier from "prettier";
import { readJournal } from "./journal.js";
import { others, qualities } from "./other-studies.js";
import { roofline } from "./report/bars.js";
import { colourOf, type Draw, render } from "./report/chart.js";
import { growthOf, scaling } from "./report/lines.js";
import { UsageError } from "./study.js";
import { type RowSummary, summarize, type Summary } from "./summary.js";
import {
  describeMachine,
  describeRoof,
  describeVersions,
  digits,
  interval,
  percent,
  remark,
  shortName,
} from "./table.js";
import { targetsSection } from "./targets.js";

const FIGURES = "figures/performance";

/** Writes the guide. @throws UsageError where the runs it stands on are not there */
export async function performanceGuide(results: string, docs: string): Promise<void> {
  const read = (study: string): Summary | undefined => {
    const path = join(results, `${study}.jsonl`);
    return existsSync(path) ? summarize(readJournal(path)) : undefined;
  };
  const [peers, growth] = [read("peers"), read("scaling")];
  if (!peers || !growth) {
    throw new UsageError(
      `${results} holds no peers.jsonl and scaling.jsonl: run the studies peers and scaling with --out there first.`,
    );
  }
  const folder = join(docs, FIGURES);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const draw: Draw = async (name, words, chart) => {
    writeFileSync(
      join(folder, `${name}.svg`),
      await render(words, { ...chart, background: "white" }),
    );
    return `![${words}](${FIGURES}/${name}.svg)`;
  };
  const quality = read("time-to-quality");
  const rest = (["kernels", "memory", "start-up"] as const).flatMap((study) => read(study) ?? []);
  const sections = [
    await intro(peers),
    await beside(peers, quality !== undefined, draw),
    targetsSection(peers, read("kernels")),
    await scales(growth, draw),
    ...(quality ? [await qualities(quality, draw)] : []),
    ...rest.map(others),
    reproduce([peers, growth, ...(quality ? [quality] : []), ...rest]),
  ];
  const text = await prettier.format(sections.join("\n\n"), {
    parser: "markdown",
    printWidth: 100,
  });
  writeFileSync(join(docs, "performance.md"), text);
}

async function intro({ header, roofs, versions, rows }: Summary): Promise<string> {
  const rounds = rows.flatMap(({ figure, values }) => (figure ? [values.length] : []));
  return `# Performance

<!-- Made by \`pnpm bench:docs\` from benchmarks/results: edit the studies or the generator, not this file. -->

How fast each backend is, beside other libraries and beside what the machine allows. Every figure is
of one machine; those of the comparison and its roof of one run, on ${header.begun.slice(0, 10)}: ${describeMachine(header.environment)}.
${describeVersions(versions)}. Another machine gives other figures; the commands are at the end.

How it was measured: the same V, W₀ and H₀ from files, uploaded outside the clock; float32; as many threads
on every side; each side in a process of its own, one after the other in turn, ${Math.min(...rounds)} to ${Math.max(...rounds)} rounds (the slowest have the fewest); a fit that
is compared with the reference's objective before anything is timed (another result would be a failed row, not a
fast one), and more of a second until V8 has compiled what they call; then a short and a long fit, whose difference over theirs in
iterations is the time of one. Figures are medians with a 95 % bootstrap interval (of fewer than five values: their range), ratios are taken within a round.

${roofs.map((roof) => `- ${describeRoof(roof)}`).join("\n")}`;
}

/** The table of multiplicative updates, then case by case what each figure means. */
async function beside(summary: Summary, timed: boolean, draw: Draw): Promise<string> {
  const { groups, rows } = summary;
  const sides = [...new Set(rows.map(({ row }) => row.side))];
  const [first = "", ...others] = sides;
  const cell = (row: RowSummary | undefined) =>
    !row?.figure
      ? "–"
      : `${digits(row.figure.value)}${row.ratio ? ` **${digits(row.ratio.value)}×**` : ""}${row.settled ? "" : " ?"}`;
  const table = [
    ["case", `${first}, ms`, ...others],
    sides.map(() => "---").concat("---"),
    ...groups.map(({ name, rows: mine }) => [
      shortName(name),
      ...sides.map((side) => cell(mine.find(({ row }) => row.side === side))),
    ]),
  ].map((cells) => `| ${cells.join(" | ")} |`);
  const colour = colourOf(sides);
  const picture = await draw(
    "roofline",
    "Arithmetic intensity against GFLOP/s of every row, under the machine's roof",
    roofline(summary, colour),
  );
  return `## Beside other libraries

Milliseconds an iteration, and in bold how many times as fast as ${first}; "?" did not settle, "–" gave no
figure (why is below). scikit-learn:cd and nmf-rs:hals are coordinate descent, which does more in an iteration than a multiplicative
update: they are here for their speed${timed ? ", [the objective over time](#objective-over-time) compares what they reach" : ""}.

${table.join("\n")}

${groups.map((group) => `### ${shortName(group.name)}\n\n${wordsOf(group, summary.header.study.rounds)}`).join("\n\n")}

### Under the roof

${picture}

Each point is a row of the table. A product of V with a thin factor does about k/2 flops for each byte of V it reads,
so that small ranks are bound by memory and large ones by arithmetic; what Kullback–Leibler does besides (a division for
each entry of V, and products that go through cache blocks) keeps it further from the roof. The roof is that of the best
backend here, in every row: WebAssembly's vectors have 128 bits, those of a BLAS as many as the CPU has.`;
}

type Group = Summary["groups"][number];

/** What bounds each of ours, and who leads. */
function wordsOf({ rows, baseline }: Group, rounds: number): string {
  const ran = rows.filter((row) => row.figure && isMultiplicative(row));
  const fastest = [...ran].sort((a, b) => a.figure!.value - b.figure!.value);
  const [best, second] = fastest;
  const ours = ran.filter(({ row }) => row.backend);
  const lines: string[] = [];
  if (best && second) {
    const sure = best.figure!.high < second.figure!.low;
    lines.push(
      best.row.backend
        ? `We lead: ${best.row.side} takes ${interval(best.figure!)} ms${leadOver(
            best,
            ran.filter(({ row }) => row.peer),
          )}.`
        : `We do not lead: ${best.row.side} takes ${interval(best.figure!)} ms, ${leadOver(best, ours).replace(/^, /, "")}.`,
    );
    if (!sure)
      lines.push(
        `Between ${best.row.side} and ${second.row.side} the intervals overlap: take them as equal.`,
      );
  }
  for (const { row, share, boundBy, gflops, gbs, ratio } of ours) {
    if (share === undefined || gflops === undefined || gbs === undefined) continue;
    const roof = boundBy === "memory" ? "the bandwidth of reading V" : "arithmetic";
    const rate = boundBy === "memory" ? `${digits(gbs)} GB/s` : `${digits(gflops)} GFLOP/s`;
    const behind =
      ratio && ratio.high < 1
        ? ` It is behind ${baseline}, ${digits(1 / ratio.value)} times as slow.`
        : "";
    lines.push(`${row.side}: ${rate}, ${percent(share)} of its roof, which is ${roof}.${behind}`);
  }
  const absent = rows
    .filter(({ figure }) => !figure)
    .map((row) => `${row.row.side}: ${remark(row, rounds)}`);
  return [
    lines.map((line) => `- ${line}`).join("\n"),
    ...(absent.length > 0 ? [`No figure: ${absent.join("; ")}.`] : []),
  ].join("\n\n");
}

const isMultiplicative = ({ row }: RowSummary) =>
  row.rule === "multiplicative" || row.rule === "mu";

/** ", 2.1 times as fast as the fastest of …" */
function leadOver(best: RowSummary, others: readonly RowSummary[]): string {
  const [next] = [...others].sort((a, b) => a.figure!.value - b.figure!.value);
  return next
    ? `, ${digits(next.figure!.value / best.figure!.value)} times as fast as ${next.row.side}, the fastest of the others`
    : "";
}

async function scales({ rows, unit, header }: Summary, draw: Draw): Promise<string> {
  const series = growthOf(rows);
  const table: string[] = [
    "| series | side | exponent | doubling costs | points miss the line by |",
    "| --- | --- | --- | --- | --- |",
  ];
  const pictures: string[] = [];
  const odd: string[] = [];
  for (const [name, grown] of series) {
    pictures.push(
      await draw(
        `scaling-${pictures.length + 1}`,
        `${name}: time of an iteration`,
        scaling(grown, unit),
      ),
    );
    for (const { side, along, exponent, misfit } of grown) {
      table.push(
        `| ${name} | ${side} | ${along}^${digits(exponent)} | ${digits(2 ** exponent)}× | ${percent(misfit)} |`,
      );
      if (along !== "threads" && along !== "k" && Math.abs(2 ** exponent - 2) > 0.4)
        odd.push(`${side} on ${name} (${digits(2 ** exponent)}×)`);
    }
  }
  return `## How it grows

From the run of ${header.begun.slice(0, 10)}, ${describeMachine(header.environment)}. One size is doubled at a time, and a power law fitted to the
medians: an exponent of 1 is proportional, one of threads −1 would be ideal.

${table.join("\n")}

${
  odd.length === 0
    ? "Doubling a size of V doubles the time, within 20 %, on every series."
    : `Doubling a size of V doubles the time within 20 % but for ${odd.join(", ")}: what is done once for each iteration counts in small ones.`
}

${pictures.join("\n")}`;
}

function reproduce(runs: readonly Summary[]): string {
  const command = ({ header }: Summary) =>
    `pnpm bench --study ${header.study.name}${header.peers ? " --peers" : ""} --fresh`;
  return `## Run it yourself

\`\`\`
npm run build
pnpm bench:peers-setup
${runs.map(command).join("\n")}
\`\`\`

[benchmarks/](../benchmarks/README.md) says how to write a study of your own, and to compare two runs.`;
}
