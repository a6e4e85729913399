/**
 * Whole fits are the same on every backend: from one seed in float32, they stop at the same check,
 * give or take one, at tol 1e-4, and have the same objective after 100 iterations to 1e-4.
 */
import { fileURLToPath } from "node:url";
import { createJsBackend } from "@nonneg/backend-js";
import { factorize, type HostDense, Linalg, uniform } from "@nonneg/core";
import { describe, expect, test } from "vitest";
import { readNpy } from "../src/io/index.js";
import { openBackend, providers } from "../src/index.js";

const digits = await readNpy(fileURLToPath(new URL("../data/digits.npy", import.meta.url)));
const random: HostDense = {
  rows: 2000,
  cols: 1000,
  data: Float32Array.from({ length: 2_000_000 }, (_, p) => uniform(1, 5, p, 0)),
};
const problems = [
  { name: "digits", V: { ...digits, data: Float32Array.from(digits.data) }, rank: 16 },
  { name: "random 2000×1000", V: random, rank: 10 },
];
const losses = ["euclidean", "kullback-leibler"] as const;
const CHECK_EVERY = 10;

/** Both fits on an open backend; on the reference once for all backends. */
async function fits(la: Linalg, V: HostDense, rank: number, loss: (typeof losses)[number]) {
  const options = {
    rank,
    loss,
    seed: 1,
    dtype: "float32",
    kktTol: 0,
    checkEvery: CHECK_EVERY,
  } as const;
  const stopped = await factorize(la, V, { ...options, tol: 1e-4 });
  const hundred = await factorize(la, V, {
    ...options,
    tol: 0,
    maxIterations: 100,
    checkEvery: 100,
  });
  return { iterations: stopped.iterations, objective: hundred.objective };
}

const reference = new Map<string, ReturnType<typeof fits>>();
const onReference = (name: string, ...problem: [HostDense, number, (typeof losses)[number]]) => {
  const key = `${name} ${problem[2]}`;
  const known = reference.get(key) ?? fits(new Linalg(createJsBackend()), ...problem);
  reference.set(key, known);
  return known;
};

const required = (process.env["NONNEG_REQUIRE_BACKENDS"] ?? "")
  .split(",")
  .map((name) => name.trim());

for (const provider of providers.filter(({ name }) => name !== "js")) {
  const availability = await provider.isAvailable();
  describe.runIf(availability.available || required.includes(provider.name))(provider.name, () => {
    for (const { name, V, rank } of problems) {
      for (const loss of losses) {
        test(`${name}, ${loss}`, { timeout: 600_000 }, async () => {
          await using open = await openBackend(provider.name);
          const here = await fits(open.la, V, rank, loss);
          const there = await onReference(name, V, rank, loss);
          expect(Math.abs(here.iterations - there.iterations)).toBeLessThanOrEqual(CHECK_EVERY);
          expect(Math.abs(here.objective / there.objective - 1)).toBeLessThanOrEqual(1e-4);
        });
      }
    }
  });
}
