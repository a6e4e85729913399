import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readJournal } from "../dist/journal.js";
import type { Summary } from "../dist/summary.js";
import { runBench, startBench, temporaryFolder, writeStudy } from "./support.js";

const sabotage = (name: string) => fileURLToPath(new URL(`./sabotage/${name}.js`, import.meta.url));

describe("a run", () => {
  test("gives a failed row with its reason to what is wrong, crashes, hangs or hoards, and measures the rest", () => {
    const folder = temporaryFolder();
    const study = writeStudy(folder, {
      backends: ["wrong", "crash", "hang", "hoard"].map(sabotage).concat("js"),
      rounds: 2,
      limits: { seconds: 30, megabytes: 1000 },
    });
    const out = join(folder, "run.jsonl");
    const { status, stdout, stderr } = runBench("--study", study, "--out", out, "--json");
    expect(status, stderr).toBe(0);
    const { rows, complete } = JSON.parse(stdout) as Summary;
    expect(complete).toBe(true);
    expect(
      rows.map(({ row, failure, figure }) => [row.side, failure?.kind, figure !== undefined]),
    ).toEqual([
      ["wrong.js", "wrong", false],
      ["crash.js", "crashed", false],
      ["hang.js", "hung", false],
      ["hoard.js", "memory", false],
      ["js", undefined, true],
    ]);
    expect(rows[0]!.failure!.reason).toMatch(/objective after 2 iterations is .*, the reference's/);
    expect(rows[2]!.failure!.reason).toContain("30 s");
    const table = readFileSync(join(folder, "run.md"), "utf8");
    for (const { failure } of rows.slice(0, 4))
      expect(table).toContain(failure!.reason.slice(0, 40));
    expect(readFileSync(join(folder, "run.html"), "utf8")).not.toMatch(
      /(src|href)="?(https?:)?\/\//,
    );
  });

  test("that was killed goes on where it stopped", async () => {
    const folder = temporaryFolder();
    const study = writeStudy(folder, { backends: ["js", "wasm"], rounds: 4 });
    const out = join(folder, "run.jsonl");
    const measurements = () =>
      existsSync(out)
        ? readFileSync(out, "utf8")
            .split("\n")
            .filter((line) => line.startsWith('{"type":"measurement"'))
        : [];

    const child = startBench("--study", study, "--out", out);
    while (measurements().length < 3 && child.exitCode === null) await setTimeout(20);
    child.kill("SIGKILL");
    await setTimeout(200);
    const before = measurements();
    expect(before.length).toBeLessThan(8);
    // A line that the kill cut short.
    appendFileSync(out, '{"type":"measurement","row":"tin');

    const { status, stderr } = runBench("--study", study, "--out", out);
    expect(status, stderr).toBe(0);
    const { lines, complete } = readJournal(out);
    expect(complete).toBe(true);
    expect(measurements().slice(0, before.length)).toEqual(before);
    expect(lines.filter(({ type }) => type === "resumed")).toHaveLength(1);
    const done = lines.flatMap((line) =>
      line.type === "measurement" ? [`${line.round} ${line.row}`] : [],
    );
    expect(done).toHaveLength(8);
    expect(new Set(done).size).toBe(8);

    const again = runBench("--study", study, "--out", out);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain("name another file");
  });

  test("says why a peer and a backend take no part", () => {
    const folder = temporaryFolder();
    const study = writeStudy(folder, {
      backends: ["js", "./nowhere.js"],
      peers: ["nobody:mu"],
      rounds: 1,
    });
    const { stdout, status } = runBench(
      "--study",
      study,
      "--peers",
      "--out",
      join(folder, "run.jsonl"),
      "--json",
    );
    expect(status).toBe(0);
    const { rows } = JSON.parse(stdout) as Summary;
    expect(rows.map(({ failure }) => failure?.kind)).toEqual([
      "unavailable",
      undefined,
      "unavailable",
    ]);
    expect(rows[0]!.failure!.reason).toContain("nobody.py");
  });
});
