import type { BackendOptions, BackendProvider, Capabilities, Dtype } from "@nonneg/core";
import { afterAll, describe, test } from "vitest";
import { suite } from "./suite.js";

export interface DescribeOptions extends BackendOptions {
  /** Seed of every random choice. Default: `NONNEG_SEED`, or 1. */
  readonly seed?: number;
  /** Runs of each property. Default: `NONNEG_RUNS`, or 15. */
  readonly runs?: number;
  /** Milliseconds that a case may take. Default 300 000: no case measures time, and an emulated GPU takes its own. */
  readonly timeout?: number;
}

/**
 * Registers the whole suite for a backend, from one line in its test file:
 * `await describeBackend(provider)`.
 *
 * A backend that is unavailable is skipped, with its reason and the fix printed; where the
 * environment variable `NONNEG_REQUIRE_BACKENDS` (a comma list of `name` or `name:mode`) names it,
 * that is a failure.
 */
export async function describeBackend(
  provider: BackendProvider,
  { seed, runs, timeout = 300_000, ...backendOptions }: DescribeOptions = {},
): Promise<void> {
  const { mode, threads } = backendOptions;
  const name = mode === undefined ? provider.name : `${provider.name}:${mode}`;
  const label = threads === undefined ? name : `${name}, threads: ${threads}`;
  const availability = await provider.isAvailable(backendOptions);
  if (!availability.available) {
    const why = `backend "${name}" is unavailable: ${availability.reason} Fix: ${availability.fix}`;
    describe(`conformance: ${label}`, () => {
      if (isRequired(name)) {
        test("is available", () => {
          throw new Error(`NONNEG_REQUIRE_BACKENDS asks for it, but ${why}`);
        });
      } else {
        console.log(`conformance: ${label} — skipped: ${why}`);
        test.skip(`skipped: ${why}`, () => undefined);
      }
    });
    return;
  }

  const backend = await provider.create(backendOptions);
  const groups = suite(backend, {
    name: label,
    seed: seed ?? environmentNumber("NONNEG_SEED", 1),
    runs: runs ?? environmentNumber("NONNEG_RUNS", 15),
    create: (more) => provider.create({ ...backendOptions, ...more }),
  });
  const passed: Partial<Record<Dtype, number>> = {};
  describe(`conformance: ${label}`, () => {
    for (const { name: group, dtype, cases } of groups) {
      describe(group, () => {
        for (const { name: title, run } of cases) {
          const counted = async () => {
            await run();
            passed[dtype] = (passed[dtype] ?? 0) + 1;
          };
          test(title, counted, timeout);
        }
      });
    }
    afterAll(async () => {
      await backend[Symbol.asyncDispose]();
      const count = (dtype?: Dtype) =>
        groups.reduce(
          (n, group) => n + (!dtype || group.dtype === dtype ? group.cases.length : 0),
          0,
        );
      const { dtypes } = backend.capabilities;
      const each = dtypes
        .map((dtype) => `${dtype} ${passed[dtype] ?? 0} of ${count(dtype)}`)
        .join(", ");
      const all = dtypes.reduce((sum, dtype) => sum + (passed[dtype] ?? 0), 0);
      const missing = undeclared(backend.capabilities);
      const unasked =
        missing.length > 0 ? `; not declared, so not asked: ${missing.join(", ")}` : "";
      console.log(`conformance: ${label} — ${all} of ${count()} cases passed (${each})${unasked}`);
    });
  });
}

/** What a backend may leave out, and this one does: a case is skipped for nothing else. */
function undeclared({ dtypes, sparse, deterministic, subnormals }: Capabilities): string[] {
  const declared = { float64: dtypes.includes("float64"), sparse, deterministic, subnormals };
  return Object.entries(declared).flatMap(([what, has]) => (has ? [] : [what]));
}

/** None in a browser. */
const environment = typeof process === "undefined" ? {} : process.env;

function environmentNumber(variable: string, otherwise: number): number {
  const text = environment[variable];
  return text === undefined || text === "" ? otherwise : Number(text);
}

/** `js` asks for every mode of js, `gpujs:webgpu` for that one. */
function isRequired(name: string): boolean {
  const required = (environment["NONNEG_REQUIRE_BACKENDS"] ?? "")
    .split(",")
    .map((one) => one.trim());
  return required.includes(name) || required.includes(name.split(":", 1)[0]!);
}
