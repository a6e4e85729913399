import type { Availability } from "@nonneg/core";
import type { Command } from "commander";
import { knownProviders, threadsWanted } from "../open-backend.js";
import { column } from "./column.js";

type Row = { readonly name: string } & Availability;

export function addBackends(program: Command): void {
  program
    .command("backends")
    .description("what this machine can compute on, and for what it cannot, why and what mends it")
    .option("--json", "print as JSON on stdout")
    .action(async ({ json }: { json?: boolean }) => {
      const options = threadsWanted();
      const rows = await Promise.all(
        knownProviders().map(async (provider) => ({
          name: provider.name,
          ...(await provider.isAvailable(options)),
        })),
      );
      process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : backendsTable(rows));
    });
}

/** A line for each backend, and one more for what mends one that cannot run. */
export function backendsTable(rows: readonly Row[]): string {
  const pad = column(rows.map(({ name }) => name));
  const lines = rows.flatMap((row) =>
    row.available
      ? [`✓ ${pad(row.name)}  ${abilities(row)}`]
      : [`✗ ${pad(row.name)}  ${row.reason}`, `  ${pad("")}  mend it: ${row.fix}`],
  );
  return lines.map((line) => `${line}\n`).join("");
}

function abilities({
  device,
  dtypes,
  threads,
  software,
  versions,
}: Extract<Availability, { available: true }>): string {
  const names = Object.entries(versions).map((pair) => pair.join(" "));
  return (
    `${device}, ${dtypes.join(" and ")}, ${threads} thread${threads === 1 ? "" : "s"}` +
    `${software ? ", emulated in software" : ""}${names.length > 0 ? ` (${names.join(", ")})` : ""}`
  );
}
