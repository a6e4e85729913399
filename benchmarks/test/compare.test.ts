import { uniform } from "@nonneg/core";
import { describe, expect, test } from "vitest";
import { compare } from "../dist/compare.js";
import type { Header, Line } from "../dist/journal.js";
import { planOf } from "../dist/plan.js";
import { parseStudy } from "../dist/study.js";
import { summarize, type Summary } from "../dist/summary.js";

const study = parseStudy(
  {
    name: "s",
    title: "S",
    measure: "iteration",
    backends: ["js", "wasm"],
    cases: Array.from({ length: 10 }, (_, i) => ({ name: `case ${i}`, rows: 9, cols: 9, rank: 2 })),
  },
  "/study.json",
);

/** A run whose rows take i + 1 ms, 10 % noise on each round, times `factor(row)`. */
function runOf(seed: number, factor: (row: number) => number = () => 1): Summary {
  const rows = planOf(study, { peers: false });
  const header = {
    type: "run",
    schema: 1,
    study,
    rows,
    begun: "2026-01-01T00:00",
    environment: { commit: "same" },
  } as unknown as Header;
  const measured = rows.flatMap((row, i) =>
    Array.from({ length: study.rounds }, (_, round): Line => {
      const [u, v] = [uniform(seed, 1, i, round), uniform(seed, 2, i, round)];
      const noise = Math.exp(0.1 * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v));
      return {
        type: "measurement",
        row: row.id,
        round,
        seconds: 1,
        peakMegabytes: 1,
        value: (i + 1) * noise * factor(i),
      };
    }),
  );
  return summarize({ header, lines: [header, ...measured], complete: true });
}

describe("two runs compared", () => {
  test("of the same code claim no change, in all but one pair of twenty or so", () => {
    const pairs = Array.from({ length: 20 }, (_, p) => compare(runOf(2 * p + 1), runOf(2 * p + 2)));
    const claiming = pairs.filter(({ rows }) => rows.some(({ verdict }) => verdict !== "same"));
    // One in twenty is the level, which noise as even as this keeps: four or more of twenty happen once in sixty tries.
    expect(claiming.length).toBeLessThanOrEqual(3);
  });

  test("claim what became twice as slow, and what became twice as fast, and nothing else", () => {
    const { rows } = compare(
      runOf(1),
      runOf(2, (i) => (i === 3 ? 2 : i === 5 ? 0.5 : 1)),
    );
    expect(rows.map(({ verdict }) => verdict)).toEqual(
      rows.map((_, i) => (i === 3 ? "worse" : i === 5 ? "better" : "same")),
    );
  });

  test("name what only one of them has", () => {
    const before = runOf(1);
    const { unmatched } = compare(before, { ...runOf(2), rows: runOf(2).rows.slice(1) });
    expect(unmatched).toEqual([before.rows[0]!.row.id]);
  });
});
