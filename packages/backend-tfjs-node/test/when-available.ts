import { env } from "node:process";
import { describe } from "vitest";
import { provider } from "../src/index.js";

const availability = await provider.isAvailable();
const required = (env["NONNEG_REQUIRE_BACKENDS"] ?? "")
  .split(",")
  .some((name) => name.trim() === "tfjs-node");

/** A group of tests that need TensorFlow: skipped with the reason where there is none, unless it is required. */
export function describeWhenAvailable(name: string, tests: () => void): void {
  if (availability.available || required) describe(name, tests);
  else describe.skip(`${name} (skipped: ${availability.reason}; ${availability.fix})`, tests);
}
