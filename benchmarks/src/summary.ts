/** What a run's record says, row by row: the one place where figures are derived. */
import { FOOTPRINTS } from "./measures/probe.js";
import type { FailureKind, Trace } from "./job.js";
import type { Header, Journal, Measurement, Probe } from "./journal.js";
import type { Row } from "./plan.js";
import { type Estimate, estimate, isSettled, median, noiseFloor } from "./statistics.js";

export interface RowSummary {
  readonly row: Row;
  readonly failure?: { readonly kind: FailureKind; readonly reason: string };
  /** one value a round */
  readonly values: readonly number[];
  readonly rounds: readonly number[];
  /** in the unit of the measure; absent where the row failed or never ran */
  readonly figure?: Estimate;
  readonly settled: boolean;
  /** the baseline's value over this row's, round by round: above 1, this row is the better one */
  readonly ratio?: Estimate;
  readonly gflops?: number;
  readonly gbs?: number;
  /** flop a byte */
  readonly intensity?: number;
  /** share of what the machine's own roof allows */
  readonly share?: number;
  /** which roof that is */
  readonly boundBy?: "arithmetic" | "memory";
  readonly bound?: number;
  readonly peakMegabytes: number;
  readonly trace?: Trace;
  readonly last?: Measurement;
}

export interface Roof {
  readonly threads: number;
  readonly dtype: string;
  readonly gflops: number;
  /** GB/s of reading, by MB read */
  readonly bandwidth: readonly (readonly [megabytes: number, gbs: number])[];
  /** geometric mean of the medians: how fast the machine was on the whole */
  readonly typical: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Summary {
  readonly header: Header;
  readonly complete: boolean;
  readonly note: string;
  readonly unit: string;
  readonly rows: readonly RowSummary[];
  /** groups in order, with the row that the others are compared with */
  readonly groups: readonly {
    readonly name: string;
    readonly baseline: string;
    readonly rows: readonly RowSummary[];
    readonly target?: number;
  }[];
  readonly roofs: readonly Roof[];
  /** relative difference below which two medians of this run may be the same */
  readonly noise: number;
  readonly versions: Readonly<Record<string, string>>;
}

const UNITS = {
  iteration: "ms",
  kernel: "ms",
  quality: "s",
  memory: "MB",
  "start-up": "ms",
} as const;

export function summarize({ header, lines, complete }: Journal): Summary {
  const roofs = roofsOf(lines.filter((line): line is Probe => line.type === "probe"));
  const measured = lines.filter((line): line is Measurement => line.type === "measurement");
  const groups = [...new Set(header.rows.map(({ group }) => group))].map((name) => {
    const rows = header.rows.filter(({ group }) => group === name);
    const target = header.study.measure === "quality" ? targetOf(measured, rows) : undefined;
    const bare = rows.map((row) => {
      const mine = measured.filter((line) => line.row === row.id).sort((a, b) => a.round - b.round);
      const failure = lines.find((line) => line.type === "failure" && line.row === row.id);
      const summary = summaryOf(row, mine, target, roofs);
      return failure?.type === "failure" ? failed(summary, failure) : summary;
    });
    // The first peer that ran, else the first backend that did.
    const baseline = bare.find(({ figure }) => figure) ?? bare[0]!;
    return {
      name,
      baseline: baseline.row.side,
      rows: bare.map((row) => withRatio(row, baseline)),
      ...(target !== undefined && { target }),
    };
  });
  const rows = groups.flatMap((group) => group.rows);
  const end = lines.find((line) => line.type === "end");
  return {
    header,
    complete,
    note: end?.type === "end" ? end.note : "it was interrupted: the same command goes on with it",
    unit: UNITS[header.study.measure],
    rows,
    groups,
    roofs,
    noise: noiseFloor(rows.map(({ values }) => values)),
    versions: Object.assign({}, ...measured.map(({ versions }) => versions)) as Summary["versions"],
  };
}

function failed(
  { row, peakMegabytes }: RowSummary,
  { kind, reason }: { kind: FailureKind; reason: string },
): RowSummary {
  // What a row measured before it failed is worth nothing.
  return { row, peakMegabytes, failure: { kind, reason }, values: [], rounds: [], settled: false };
}

function summaryOf(
  row: Row,
  mine: readonly Measurement[],
  target: number | undefined,
  roofs: readonly Roof[],
): RowSummary {
  const points = mine.map((line) => ({
    round: line.round,
    value: target === undefined ? (line.value ?? NaN) : secondsUntil(line.trace ?? [], target),
  }));
  const reached = points.filter(({ value }) => Number.isFinite(value));
  const values = reached.map(({ value }) => value);
  const last = mine.at(-1);
  const base = {
    row,
    values,
    rounds: reached.map(({ round }) => round),
    peakMegabytes: Math.max(0, ...mine.map((line) => line.peakMegabytes)),
    settled: false,
    ...(last && { last }),
    ...(last?.trace && { trace: last.trace }),
  };
  if (values.length === 0) return base;
  const figure = estimate(values);
  return {
    ...base,
    figure,
    settled: isSettled(values.length, figure),
    ...(last?.bound !== undefined && { bound: last.bound }),
    ...(last && rates(row, last, figure.value, roofs)),
  };
}

/** GFLOP/s, GB/s and their share of the lower of the machine's two roofs. */
function rates(
  row: Row,
  { flops, bytes, footprint }: Measurement,
  ms: number,
  roofs: readonly Roof[],
): Partial<RowSummary> {
  const gflops = flops === undefined ? undefined : flops / ms / 1e6;
  const gbs = bytes === undefined ? undefined : bytes / ms / 1e6;
  const roof = roofs.find(({ threads, dtype }) => threads === row.threads && dtype === row.dtype);
  const rate = { ...(gflops !== undefined && { gflops }), ...(gbs !== undefined && { gbs }) };
  if (!roof || bytes === undefined) return rate;
  const arithmetic = (flops ?? 0) / roof.gflops / 1e6;
  const memory = bytes / bandwidthAt(roof, footprint ?? bytes / 2 ** 20) / 1e6;
  return {
    ...rate,
    ...(flops !== undefined && { intensity: flops / bytes }),
    share: Math.max(arithmetic, memory) / ms,
    boundBy: arithmetic > memory ? "arithmetic" : "memory",
  };
}

/** GB/s of what goes through so many megabytes: of the nearest footprint probed, on a logarithmic scale. */
export function bandwidthAt({ bandwidth }: Roof, megabytes: number): number {
  const distance = (at: number) => Math.abs(Math.log(at / megabytes));
  return [...bandwidth].sort(([a], [b]) => distance(a) - distance(b))[0]?.[1] ?? NaN;
}

function withRatio(row: RowSummary, baseline: RowSummary): RowSummary {
  if (!row.figure || !baseline.figure || row.row === baseline.row) return row;
  const ratios = row.rounds.flatMap((round, i) => {
    const at = baseline.rounds.indexOf(round);
    return at < 0 ? [] : [baseline.values[at]! / row.values[i]!];
  });
  return ratios.length === 0 ? row : { ...row, ratio: estimate(ratios) };
}

/**
 * The objective that every row of a group is timed to: where a peer's own stop rule ended it (the
 * first that has one), else half a percent above the lowest that any reached.
 */
function targetOf(measured: readonly Measurement[], rows: readonly Row[]): number {
  const mine = rows.flatMap((row) => measured.filter((line) => line.row === row.id));
  const stopped = mine.find((line) => line.stopped);
  if (stopped?.stopped) return stopped.stopped[1];
  return (
    1.005 * Math.min(...mine.flatMap(({ trace = [] }) => trace.map(([, objective]) => objective)))
  );
}

/** When a trace first is at or below an objective, straight between its points; Infinity where it never is. */
export function secondsUntil(trace: Trace, target: number): number {
  const next = trace.findIndex(([, objective]) => objective <= target * (1 + 1e-9));
  const [t1, y1] = trace[next] ?? [Infinity, 0];
  const [t0, y0] = trace[next - 1] ?? [t1, y1];
  return y0 > y1 ? t0 + ((t1 - t0) * (y0 - target)) / (y0 - y1) : t1;
}

function roofsOf(probes: readonly Probe[]): Roof[] {
  const kinds = new Map(probes.map((probe) => [`${probe.threads} ${probe.dtype}`, probe]));
  return [...kinds.values()].map(({ threads, dtype, versions }) => {
    const alike = probes.filter((probe) => probe.threads === threads && probe.dtype === dtype);
    const all = (part: string) => alike.map(({ parts }) => parts[part] ?? NaN);
    // A roof is the best that was seen.
    const best = (part: string) => Math.max(...all(part));
    const logs = ["gemm", ...FOOTPRINTS.map((megabytes) => `read ${megabytes}`)].map((part) =>
      Math.log(median(all(part))),
    );
    return {
      threads,
      dtype,
      gflops: best("gemm"),
      bandwidth: FOOTPRINTS.map((megabytes) => [megabytes, best(`read ${megabytes}`)] as const),
      typical: Math.exp(logs.reduce((sum, x) => sum + x, 0) / logs.length),
      versions,
    };
  });
}
