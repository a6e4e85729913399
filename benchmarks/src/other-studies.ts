/** What docs/performance.md says of the studies besides iterations and growth. */
import type { Draw } from "./report/chart.js";
import { descent } from "./report/lines.js";
import type { Summary } from "./summary.js";
import { describeMachine, digits, interval, remark, shortName } from "./table.js";

/** How long each side takes to a target, and its objective over time. */
export async function qualities({ groups, header }: Summary, draw: Draw): Promise<string> {
  const parts: string[] = [];
  for (const [i, { name, rows, baseline, target = NaN }] of groups.entries()) {
    const ranked = rows
      .filter(({ figure }) => figure)
      .sort((a, b) => a.figure!.value - b.figure!.value);
    const [best] = ranked.filter(({ row }) => row.backend);
    const reference = rows.find(({ row }) => row.side === baseline);
    const late = rows
      .filter(({ figure }) => !figure)
      .map((row) => `${row.row.side} (${remark(row, header.study.rounds)})`);
    const verdict =
      best?.ratio && reference?.figure
        ? `${best.row.side} reaches it in ${interval(best.figure!)} s, ${digits(best.ratio.value)} times as fast as ${baseline} (${interval(reference.figure)} s).`
        : "";
    const picture = await draw(
      `time-to-quality-${i + 1}`,
      `Objective over time, ${name}`,
      descent(rows, target),
    );
    parts.push(
      `### ${shortName(name)}\n\nTarget ${target.toPrecision(5)}. ${verdict}\n\n| side | s to the target | ${baseline} over it |\n| --- | --- | --- |\n` +
        ranked
          .map(
            ({ row, figure, ratio }) =>
              `| ${row.side} | ${interval(figure!)} | ${ratio ? digits(ratio.value) : "1"} |`,
          )
          .join("\n") +
        `${late.length > 0 ? `\n\nNot there in the time given: ${late.join(", ")}.` : ""}\n\n${picture}`,
    );
  }
  return `## Objective over time\n\n${header.study.about ?? ""} ${from(header)}\n\n${parts.join("\n\n")}`;
}

/** Which run a section is of: not that of the page's first. */
const from = ({ begun, environment }: Summary["header"]): string =>
  `From the run of ${begun.slice(0, 10)}, ${describeMachine(environment)}.`;

/** The other studies as tables: one figure a side. */
export function others({ header, groups, unit }: Summary): string {
  const sides = [...new Set(groups.flatMap(({ rows }) => rows.map(({ row }) => row.side)))];
  const bounded = groups.some(({ rows }) => rows.some(({ bound }) => bound));
  const lines = groups.map(({ name, rows }) => {
    const cells = sides.map((side) => {
      const row = rows.find((one) => one.row.side === side);
      return row?.figure
        ? `${digits(row.figure.value)}${row.gflops ? ` (${digits(row.gflops)} GFLOP/s)` : ""}`
        : "–";
    });
    const bound = rows.find((row) => row.bound)?.bound;
    return [
      shortName(name),
      ...cells,
      ...(bounded ? [bound === undefined ? "–" : digits(bound)] : []),
    ];
  });
  const over = groups.flatMap(({ name, rows }) =>
    rows.flatMap(({ row, figure, bound }) =>
      figure && bound && figure.value > bound
        ? [`${row.side} on ${shortName(name)}, by ${digits(figure.value - bound)} ${unit}`]
        : [],
    ),
  );
  const head = [unit, ...sides, ...(bounded ? ["at most"] : [])];
  return [
    `## ${header.study.title}`,
    `${header.study.about ?? ""} ${from(header)}`,
    [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n"),
    bounded
      ? over.length === 0
        ? "Every side keeps its bound."
        : `Over the bound: ${over.join("; ")}.`
      : "",
  ].join("\n\n");
}
