/** One self-contained page about a run: no network, no script. */
import type { RowSummary, Summary } from "../summary.js";
import {
  describeMachine,
  describeRoof,
  describeVersions,
  digits,
  percent,
  remark,
  table,
} from "../table.js";
import { bars, roofline } from "./bars.js";
import { colourOf, render } from "./chart.js";
import { descent, growthOf, scaling } from "./lines.js";
import { STYLE } from "./style.js";

/** The page as HTML text. */
export async function htmlReport(summary: Summary): Promise<string> {
  const { study } = summary.header;
  const sections = [
    overview(summary),
    ...(study.measure === "quality" ? [await descents(summary)] : []),
    ...(growthOf(summary.rows).size > 0 ? [await series(summary)] : [await groups(summary)]),
    ...(summary.rows.some(({ share, gflops }) => share && gflops) ? [await roofs(summary)] : []),
    figures(summary),
  ];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(study.title)}</title><style>${STYLE}</style></head>
<body><main>
<h1>${escape(study.title)}</h1>
<p class="lead">${escape(study.about ?? "")}</p>
${sections.join("\n")}
<footer>${escape(footer(summary))}</footer>
</main></body></html>
`;
}

function overview({ header, rows, roofs, noise, note }: Summary): string {
  const { study, environment } = header;
  const measured = rows.filter(({ figure }) => figure).length;
  const unsettled = rows.filter(({ figure, settled }) => figure && !settled).length;
  const facts: [string, string][] = [
    ["Machine", describeMachine(environment)],
    [
      "Run",
      `${header.begun.slice(0, 16).replace("T", " ")} UTC, ${study.rounds} rounds, the rows in turn, each in a process of its own`,
    ],
    [
      "Rows",
      `${rows.length}: ${measured} measured, ${rows.length - measured} without a figure (why is beside each), ${unsettled} that did not settle`,
    ],
    ...roofs.map((roof): [string, string] => ["Roof", describeRoof(roof)]),
    ...(Number.isFinite(noise)
      ? [
          ["Noise floor", `${percent(noise)}: what differs by less may be the same`] as [
            string,
            string,
          ],
        ]
      : []),
    ...(note ? [["Incomplete", note] as [string, string]] : []),
  ];
  return `<section class="card"><dl>${facts.map(([term, text]) => `<dt>${term}</dt><dd>${escape(text)}</dd>`).join("")}</dl></section>`;
}

/** A card of bars for each group, and under it why sides are missing. */
async function groups(summary: Summary): Promise<string> {
  const cards = await Promise.all(
    summary.groups.map(async ({ name, rows }) => {
      const drawn = rows.some(({ figure }) => figure)
        ? await render(
            `${name}: ${rows.map(({ row, figure }) => `${row.side} ${figure ? digits(figure.value) : "failed"}`).join(", ")}`,
            bars(rows, summary),
          )
        : "";
      return card(name, drawn, missing(rows, summary.header.study.rounds));
    }),
  );
  const { measure } = summary.header.study;
  const words =
    measure === "memory" || measure === "start-up"
      ? "The red mark is the bound."
      : "Beside each bar its ratio and its figure; the line across its end is the 95 % interval of the ratio.";
  return `<h2>Case by case</h2><p>${words}</p><div class="cards">${cards.join("")}</div>`;
}

const missing = (rows: readonly RowSummary[], rounds: number): string =>
  rows
    .filter(({ figure }) => !figure)
    .map(
      (row) =>
        `<li><b>${escape(row.row.side)}</b> <span class="failed">${escape(remark(row, rounds))}</span></li>`,
    )
    .join("");

async function series({ rows, unit }: Summary): Promise<string> {
  const cards = await Promise.all(
    [...growthOf(rows)].map(async ([name, grown]) =>
      card(
        name,
        await render(
          `${name}: ${grown.map(({ side, exponent }) => `${side} grows with exponent ${digits(exponent)}`).join(", ")}`,
          scaling(grown, unit),
        ),
        "",
      ),
    ),
  );
  return `<h2>How it grows</h2><p>Points are medians, lines the power law through them: an exponent of 1 is proportional.</p><div class="cards">${cards.join("")}</div>`;
}

async function descents({ groups: all }: Summary): Promise<string> {
  const cards = await Promise.all(
    all.map(async ({ name, rows: sides, target = NaN }) =>
      card(name, await render(`objective over time, ${name}`, descent(sides, target)), ""),
    ),
  );
  return `<h2>Objective over time</h2><p>The dark line is the target: who reaches it first is the fastest; one that stays above it has settled in another local minimum, or needs more time.</p><div class="cards wide">${cards.join("")}</div>`;
}

async function roofs(summary: Summary): Promise<string> {
  const colour = colourOf([
    ...new Set(summary.rows.filter(({ gflops }) => gflops).map(({ row }) => row.side)),
  ]);
  const svg = await render(
    "arithmetic intensity against GFLOP/s, under the machine's roof",
    roofline(summary, colour),
  );
  return `<h2>Under the machine's roof</h2><p>Each point is a row. What the machine's own square product and its reading of memory allow, measured in this run, lies under the lines; a point near a line has little left to gain.</p><div class="card">${svg}</div>`;
}

function figures(summary: Summary): string {
  const [head = [], , ...lines] = table(summary).map((line) => line.slice(2, -2).split(" | "));
  const cells = (line: string[]) =>
    line
      .map(
        (cell, i) =>
          `<td${i === line.length - 1 ? ' class="remark"' : ""}>${escape(cell).replaceAll(/\*\*(.*?)\*\*/g, "<b>$1</b>")}</td>`,
      )
      .join("");
  return `<h2>Every figure</h2><div class="card"><table><thead><tr>${head.map((cell) => `<th>${escape(cell)}</th>`).join("")}</tr></thead><tbody>${lines.map((line) => `<tr${line[0] ? ' class="first"' : ""}>${cells(line)}</tr>`).join("")}</tbody></table></div>`;
}

const card = (title: string, svg: string, notes: string): string =>
  `<section class="card"><h3>${escape(title)}</h3>${svg}${notes ? `<ul>${notes}</ul>` : ""}</section>`;

const footer = ({ header, versions }: Summary): string =>
  `Study ${header.study.name} ${header.studyHash}. ${describeVersions(versions)}. CPU flags: ${header.environment.cpuFlags.join(" ")}.`;

const escape = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
