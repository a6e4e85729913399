/** What differs between two runs beyond their noise. */
import { uniform } from "@nonneg/core";
import type { Roof, RowSummary, Summary } from "./summary.js";
import { type Estimate, median, relativeSpread } from "./statistics.js";
import { digits, percent } from "./table.js";

export interface Comparison {
  readonly before: string;
  readonly after: string;
  /** relative difference that a claim must exceed: the runs' own noise, and what the machine itself changed by */
  readonly floor: number;
  /** how much more the machine's probes gave in the second run; 1 where the same */
  readonly machine: number;
  readonly rows: readonly Change[];
  /** in one run only, or failed in one */
  readonly unmatched: readonly string[];
}

export interface Change {
  readonly row: string;
  /** value after over value before: below 1 is better */
  readonly ratio: Estimate;
  readonly verdict: "better" | "worse" | "same";
}

const RESAMPLES = 1000;
/** Chance of a false claim that the rows of a comparison share. */
const LEVEL = 0.05;
/** However quiet two runs are: layout, and what the clock shows, come to this much. */
const LEAST_FLOOR = 0.03;

/**
 * A row is better or worse only where the bootstrap interval of the ratio lies beyond 1 ± the noise
 * floor. So that a run of many rows claims little by chance, its rows share one level, and a row's
 * spread counts no less than the usual row's. The level is nominal: it holds of rounds that are
 * independent and rows that scatter alike, and of three rounds a bootstrap knows little.
 */
export function compare(before: Summary, after: Summary): Comparison {
  const pairs = before.rows.flatMap((a) => {
    const b = after.rows.find(({ row }) => row.id === a.row.id);
    return b?.figure && a.figure ? [{ a, b }] : [];
  });
  const matched = new Set(pairs.map(({ a }) => a.row.id));
  const machine = machineChange(before.roofs, after.roofs);
  const noises = [before.noise, after.noise, Math.abs(Math.log(machine)), LEAST_FLOOR];
  const floor = Math.max(...noises.filter(Number.isFinite));
  const usual = median(
    [0, ...pairs.flatMap(({ a, b }) => [spread(a), spread(b)])].filter(Number.isFinite),
  );
  const rows = pairs.map(({ a, b }) => {
    const ratio = ratioOf(a, b, usual, LEVEL / pairs.length);
    const verdict =
      ratio.high < 1 / (1 + floor) ? "better" : ratio.low > 1 + floor ? "worse" : "same";
    return { row: a.row.id, ratio, verdict } as const;
  });
  return {
    before: nameOf(before),
    after: nameOf(after),
    floor,
    machine,
    rows,
    unmatched: [...before.rows, ...after.rows]
      .map(({ row }) => row.id)
      .filter((id, i, all) => !matched.has(id) && all.indexOf(id) === i),
  };
}

const spread = ({ values }: RowSummary) => (values.length < 2 ? NaN : relativeSpread(values));

/**
 * Ratio of medians, with an interval from resampling both runs' rounds, each value blurred by the
 * usual spread: five equal values do not mean that the sixth would be.
 */
function ratioOf(a: RowSummary, b: RowSummary, usual: number, alpha: number): Estimate {
  const draw = (values: readonly number[], run: number, r: number) =>
    median(
      values.map((_, i) => {
        const value = values[Math.floor(uniform(0, run, r, i) * values.length)]!;
        return value * Math.exp(usual * normal(uniform(1, run, r, i), uniform(2, run, r, i)));
      }),
    );
  const ratios = Array.from(
    { length: RESAMPLES },
    (_, r) => draw(b.values, 1, r) / draw(a.values, 0, r),
  ).sort((x, y) => x - y);
  // The tails that a share of 1 / RESAMPLES cannot show end at the outermost ratio.
  const cut = Math.floor((alpha / 2) * RESAMPLES);
  return {
    value: b.figure!.value / a.figure!.value,
    low: ratios[cut]!,
    high: ratios[RESAMPLES - 1 - cut]!,
  };
}

/** Box and Muller's normal number from two uniform ones. */
const normal = (u: number, v: number): number =>
  Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);

/** The mean factor between the probes that both runs made. */
function machineChange(before: readonly Roof[], after: readonly Roof[]): number {
  const logs = before.flatMap((a) => {
    const b = after.find(({ threads, dtype }) => threads === a.threads && dtype === a.dtype);
    return b ? [Math.log(b.typical / a.typical)] : [];
  });
  return logs.length === 0 ? 1 : Math.exp(logs.reduce((sum, x) => sum + x, 0) / logs.length);
}

const nameOf = ({ header }: Summary) =>
  `${header.study.name} ${header.environment.commit ?? ""} of ${header.begun.slice(0, 16).replace("T", " ")}`;

export function markdownOf({ before, after, floor, machine, rows, unmatched }: Comparison): string {
  const changed = rows.filter(({ verdict }) => verdict !== "same");
  const show = ({ row, ratio, verdict }: Change) =>
    `| ${row} | ${verdict} | **${digits(ratio.value)}** (${digits(ratio.low)} to ${digits(ratio.high)}) |`;
  return [
    `# ${after} against ${before}`,
    "",
    changed.length === 0
      ? `No change beyond the noise in ${rows.length} rows.`
      : `${changed.length} of ${rows.length} rows changed beyond the noise.`,
    "",
    ...(changed.length > 0
      ? [
          "| row | it got | after over before (interval) |",
          "| --- | --- | --- |",
          ...changed.map(show),
          "",
        ]
      : []),
    `A change is claimed where its whole interval is beyond ${percent(floor)}: the most of ${percent(LEAST_FLOOR)}, the noise of each run (told by rows of four rounds or more) and what the machine itself differed by (its probes gave ${percent(Math.abs(machine - 1))} ${machine < 1 ? "less" : "more"} in the second). The rows share a nominal level of ${percent(LEVEL)}: of few rounds, or of noise that is not the same in both runs, more claims than that are false. Run both again before you believe one.`,
    ...(unmatched.length > 0
      ? ["", "In one of the runs only, or failed in one:", "", ...unmatched.map((id) => `- ${id}`)]
      : []),
    "",
  ].join("\n");
}
