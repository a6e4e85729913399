/** A run as Markdown. */
import type { Environment } from "./environment.js";
import type { Roof, RowSummary, Summary } from "./summary.js";
import type { Estimate } from "./statistics.js";

export function markdown(summary: Summary): string {
  const { header, unit } = summary;
  const { study } = header;
  return [
    `# ${study.title}`,
    "",
    ...(study.about ? [study.about, ""] : []),
    ...table(summary),
    "",
    legend(summary),
    "",
    ...summary.roofs.map((roof) => `- ${describeRoof(roof)}`),
    ...(summary.roofs.length > 0 ? [""] : []),
    `${describeMachine(header.environment)}. ${describeVersions(summary.versions)}. Study ${study.name} ${header.studyHash}, begun ${header.begun.slice(0, 16).replace("T", " ")} UTC, unit ${unit}.`,
    ...(summary.note ? ["", `Not all of it ran: ${summary.note}.`] : []),
    "",
  ].join("\n");
}

export function table({ groups, unit, header }: Summary): string[] {
  const rates = groups.some(({ rows }) => rows.some(({ gflops, gbs }) => gflops ?? gbs));
  const bounds = groups.some(({ rows }) => rows.some(({ bound }) => bound));
  const ratios = groups.some(({ rows }) => rows.some(({ ratio }) => ratio));
  const head = [
    "case",
    "side",
    header.study.measure === "quality" ? "s to the target" : unit,
    ...(ratios ? ["times as good as the first"] : []),
    ...(rates ? ["GFLOP/s", "GB/s", "of the roof"] : []),
    ...(bounds ? ["at most"] : []),
    "",
  ];
  const lines = groups.flatMap(({ name, rows }) =>
    rows.map((row, i) => [
      i === 0 ? name : "",
      row.row.side,
      row.figure ? interval(row.figure) : "–",
      ...(ratios
        ? [
            row.ratio
              ? `**${digits(row.ratio.value)}** (${digits(row.ratio.low)} to ${digits(row.ratio.high)})`
              : row.figure
                ? "1"
                : "–",
          ]
        : []),
      ...(rates
        ? [maybe(row.gflops), maybe(row.gbs), row.share === undefined ? "–" : percent(row.share)]
        : []),
      ...(bounds ? [maybe(row.bound)] : []),
      remark(row, header.study.rounds),
    ]),
  );
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);
}

/** What a reader must know of a row besides its figures. */
export function remark(
  { failure, figure, settled, values, last }: RowSummary,
  rounds: number,
): string {
  if (failure)
    return `${failure.kind}: ${failure.reason.replaceAll(/\s+/g, " ").replaceAll("|", "/").slice(0, 200)}`;
  if (!figure) return last ? "the target was not reached" : "not run";
  const short = values.length < rounds ? `${values.length} of ${rounds} rounds` : "";
  return [settled || rounds < 3 ? "" : "did not settle", short].filter(Boolean).join(", ");
}

function legend({ groups, header, noise }: Summary): string {
  const { rounds } = header.study;
  const baselines = [...new Set(groups.map(({ baseline }) => baseline))].join(" or ");
  return (
    `Medians of ${rounds} rounds with the 95 % bootstrap interval (of fewer than five values: their range). ` +
    `Ratios are taken within a round, against ${baselines}: above 1 is better. ` +
    (Number.isFinite(noise)
      ? `Noise floor: differences below ${percent(noise)} may be nothing. `
      : "") +
    (header.study.measure === "iteration" || header.study.measure === "kernel"
      ? "Of the roof: of what the machine's own products and memory allow, as measured in this run."
      : "")
  ).trim();
}

export function describeRoof({ threads, dtype, gflops, bandwidth, versions }: Roof): string {
  const reads = bandwidth
    .map(([megabytes, gbs]) => `${digits(gbs)} GB/s over ${megabytes} MB`)
    .join(", ");
  return `The roof with ${threads} thread${threads === 1 ? "" : "s"} in ${dtype}: ${digits(gflops)} GFLOP/s in a square product, reading ${reads} (${versions["backend"] ?? "?"}).`;
}

export function describeMachine({
  cpu,
  cores,
  memoryGB,
  os,
  arch,
  node,
  commit,
  load,
}: Environment): string {
  return `${cpu}, ${cores} cores, ${memoryGB} GB, ${os} ${arch}, Node ${node}, commit ${commit ?? "unknown"}, load ${load.toFixed(1)} at the start`;
}

export const describeVersions = (versions: Readonly<Record<string, string>>): string =>
  Object.entries(versions)
    .map((pair) => pair.join(" "))
    .join(", ");

export function interval({ value, low, high }: Estimate): string {
  return low === high ? digits(value) : `${digits(value)} (${digits(low)} to ${digits(high)})`;
}

/** Three digits that count. */
export function digits(x: number): string {
  if (!Number.isFinite(x)) return "–";
  return x !== 0 && Math.abs(x) < 100 ? String(Number(x.toPrecision(3))) : String(Math.round(x));
}

export const percent = (share: number): string => `${digits(100 * share)} %`;
const maybe = (x: number | undefined): string => (x === undefined ? "–" : digits(x));

/** A group's name without what is the same for all of them. */
export const shortName = (name: string): string =>
  name.replace(" · 2 threads", "").replace(" · float32", "").replaceAll(" · ", ", ");
