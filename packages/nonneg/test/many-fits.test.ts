import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { providers } from "../src/providers.js";

const program = fileURLToPath(new URL("./many-fits.js", import.meta.url));

// What V8 makes when it pleases, machine code and feedback, is a hundred bytes a fit now and then. Without it a kept
// object of one property shows.
const steady = ["--no-opt", "--no-flush-bytecode", "--no-lazy-feedback-allocation"];

interface Left {
  readonly heapPerFit: number;
  readonly used: number;
  readonly memory: number;
  readonly left: readonly string[];
}

test.for(["wasm", "blas"] as const)(
  "10,000 fits on %s in one process leave nothing",
  async (name, { skip }) => {
    const provider = providers.find((one) => one.name === name)!;
    const availability = await provider.isAvailable();
    // Where it is required, the child's error says why it is missing.
    const required = process.env["NONNEG_REQUIRE_BACKENDS"]?.includes(name) ?? false;
    skip(!availability.available && !required, `backend "${name}" is unavailable`);
    const command = [...steady, program, name, "10000"];
    const output = execFileSync(process.execPath, command, { encoding: "utf8" });
    const { heapPerFit, used, memory, left } = JSON.parse(output) as Left;
    expect({ used, memory, left }).toEqual({ used: 0, memory: 0, left: [] });
    // One object with a single property, kept, is 16 bytes.
    expect(heapPerFit).toBeLessThan(16);
  },
);
