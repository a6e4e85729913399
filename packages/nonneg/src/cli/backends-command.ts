import type { Command } from "commander";
import { providers } from "../providers.js";

export function addBackends(program: Command): void {
  program
    .command("backends")
    .description("what this machine can compute on, and for what it cannot, why and what mends it")
    .option("--json", "print as JSON on stdout")
    .action(async ({ json }: { json?: boolean }) => {
      const rows = await Promise.all(
        providers.map(async (provider) => ({
          name: provider.name,
          ...(await provider.isAvailable()),
        })),
      );
      if (json) {
        process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
        return;
      }
      for (const row of rows) {
        const versions = row.available
          ? Object.entries(row.versions).map((pair) => pair.join(" "))
          : [];
        process.stdout.write(
          row.available
            ? `✓ ${row.name.padEnd(10)} ${row.device}, ${row.dtypes.join(" and ")}, ${row.threads} thread${row.threads === 1 ? "" : "s"}` +
                `${row.software ? ", emulated in software" : ""}${versions.length > 0 ? ` (${versions.join(", ")})` : ""}\n`
            : `✗ ${row.name.padEnd(10)} ${row.reason}\n  ${" ".repeat(10)} mend it: ${row.fix}\n`,
        );
      }
    });
}
