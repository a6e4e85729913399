import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { candidates, NonnegError } from "@nonneg/core";
import type { Command } from "commander";
import { knownProviders } from "../open-backend.js";
import { column } from "./column.js";
import type { Probe, Refused } from "./doctor-probe.js";
import { EXIT } from "./exit.js";

/** float32 roundings of a product, and of five iterations, with room for their growth. */
const LIMITS: Probe = { product: 1e-5, euclidean: 1e-3, divergence: 1e-3 };
const PATIENCE_MS = 120_000;
const script = fileURLToPath(new URL("./doctor-probe.js", import.meta.url));

export interface Finding {
  readonly backend: string;
  readonly state: "healthy" | "wrong" | "crashed" | "unavailable";
  readonly detail: string;
}

export function addDoctor(program: Command, run: { code: number }): void {
  program
    .command("doctor")
    .description("try each backend on a small problem, each in a process of its own")
    .argument("[backends...]", "which to try (default: all that are known)")
    .option("--json", "print as JSON on stdout")
    .action(async (wanted: string[], { json }: { json?: boolean }) => {
      const findings: Finding[] = [];
      // What there is no backend of is refused before any is tried.
      const names = (wanted.length > 0 ? wanted : ["auto"]).flatMap((name) =>
        candidates(knownProviders(name), name).map(({ label }) => label),
      );
      const pad = column(names);
      for (const name of names) {
        const finding = await examine(name);
        findings.push(finding);
        if (!json)
          process.stdout.write(
            `${MARK[finding.state]} ${pad(name)}  ${finding.state}: ${finding.detail}\n`,
          );
      }
      if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      const ill = findings.some(({ state }) => state === "wrong" || state === "crashed");
      run.code = ill ? EXIT.wrong : EXIT.done;
    });
}

const MARK = { healthy: "✓", wrong: "✗", crashed: "✗", unavailable: "–" };

/** @throws NonnegError NONNEG_OPTION for a mode that the backend does not have */
async function examine(backend: string): Promise<Finding> {
  const { output, errors, end } = await runProbe(backend);
  if (end !== "0") {
    const words =
      errors
        .trim()
        .split("\n")
        // "TypeError: …", not the line of code above it, in which one was thrown.
        .find((line) => /^\w*Error\b/.test(line)) ??
      errors.trim().split("\n").at(-1) ??
      "";
    return { backend, state: "crashed", detail: `its process ended with ${end}. ${words}`.trim() };
  }
  const found = JSON.parse(output) as Probe | Refused;
  if (!("code" in found)) return judge(backend, found);
  if (found.code === "NONNEG_OPTION") throw new NonnegError(found.code, found.message);
  return { backend, state: "unavailable", detail: found.message };
}

function judge(backend: string, probe: Probe): Finding {
  const checks = Object.entries(LIMITS) as [keyof Probe, number][];
  const wrong = checks.filter(([name, limit]) => !(probe[name] <= limit));
  const detail = checks
    .map(([name]) => `${name} within ${probe[name].toExponential(1)}`)
    .join(", ");
  return {
    backend,
    state: wrong.length > 0 ? "wrong" : "healthy",
    detail: `${detail} of the reference`,
  };
}

function runProbe(backend: string): Promise<{ output: string; errors: string; end: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, backend], { timeout: PATIENCE_MS });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", (error) => {
      resolve({ output, errors: error.message, end: "no start" });
    });
    child.on("close", (code, signal) => {
      resolve({ output, errors, end: signal ?? String(code) });
    });
  });
}
