import { env } from "node:process";
import { describe } from "vitest";
import { provider } from "@nonneg/backend-blas";

/** What the environment says, as `nonneg` reads it. */
export const fromEnvironment = env["NONNEG_BLAS"] ? { library: env["NONNEG_BLAS"] } : {};

const availability = await provider.isAvailable(fromEnvironment);
const required = (env["NONNEG_REQUIRE_BACKENDS"] ?? "")
  .split(",")
  .some((name) => name.trim() === "blas");

/** A group of tests that need a BLAS: skipped with the reason where there is none, unless it is required. */
export function describeWhenAvailable(name: string, tests: () => void): void {
  if (availability.available || required) describe(name, tests);
  else describe.skip(`${name} (skipped: ${availability.reason}; ${availability.fix})`, tests);
}
