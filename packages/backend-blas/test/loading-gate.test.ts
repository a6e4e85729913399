import { execFileSync } from "node:child_process";
import { execPath } from "node:process";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { insideGate, openGate, shut } from "../src/loading-gate.js";

test("shutting waits for who is inside, and lets nobody in", async () => {
  const gate = openGate();
  const events: string[] = [];
  const loading = insideGate(gate, async () => {
    await setTimeout(50);
    events.push("loaded");
    return 1;
  });
  await shut(gate);
  events.push("shut");
  expect(await loading).toBe(1);
  expect(await insideGate(gate, async () => events.push("late"))).toBeUndefined();
  expect(events).toEqual(["loaded", "shut"]);
});

test("who fails inside leaves it", async () => {
  const gate = openGate();
  await expect(insideGate(gate, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await shut(gate);
});

test("a process does not exit while a thread is inside", () => {
  const module = new URL("../dist/loading-gate.js", import.meta.url).href;
  const program = `
    import { Worker } from "node:worker_threads";
    import { openGate } from ${JSON.stringify(module)};
    const gate = openGate();
    const source = \`
      const { writeSync } = require("node:fs");
      const { workerData } = require("node:worker_threads");
      import(${JSON.stringify(module)}).then(({ insideGate }) =>
        insideGate(workerData, async () => {
          writeSync(1, "inside ");
          await new Promise((resolve) => setTimeout(resolve, 300));
          writeSync(1, "loaded");
        }));\`;
    const worker = new Worker(source, { eval: true, execArgv: [], workerData: gate });
    while (Atomics.load(gate, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.exit(0);`;
  const args = ["--input-type=module", "-e", program];
  expect(execFileSync(execPath, args, { encoding: "utf8", timeout: 30_000 })).toBe("inside loaded");
});
