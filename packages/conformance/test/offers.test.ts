import { readFile } from "node:fs/promises";
import { provider } from "@nonneg/backend-js";
import { algorithms, Linalg } from "@nonneg/core";
import { expect, test } from "vitest";
import { features, offerBetas, offers } from "../src/cases/offers.js";

const LOSSES: Record<number, string> = {
  2: "Euclidean",
  1: "Kullback–Leibler",
  0: "Itakura–Saito",
  0.5: "β < 1",
  3: "β > 2",
};

/** The table in the guide is what fits say when they are tried, cell by cell. */
test("docs/rules.md says what is offered and what is refused", async () => {
  await using la = new Linalg(await provider.create());
  const rows: string[][] = [];
  for (const algorithm of algorithms) {
    for (const beta of offerBetas) {
      const cells: string[] = [];
      for (const feature of features) {
        const there = await offers(la, "float64", algorithm, beta, feature);
        cells.push(there ? "yes" : "refused");
      }
      if (cells.includes("yes")) rows.push([`\`${algorithm}\``, LOSSES[beta]!, ...cells]);
    }
  }
  const guide = await readFile(new URL("../../../docs/rules.md", import.meta.url), "utf8");
  const table = guide.split("\n").filter((line) => line.startsWith("| `"));
  const written = table.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(written).toEqual(rows);
  const header = guide.split("\n").find((line) => line.startsWith("| Algorithm"));
  for (const feature of features) expect(header).toContain(` ${feature} `);
});
