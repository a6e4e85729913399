/** Brings the peers in Python: a virtual environment, and what each peer's file says it requires. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentFolder, python } from "./command.js";
import { home, UsageError } from "./study.js";

/** One peer that cannot be had hides no other: it is said, and its rows will say it too. */
export function setUpPeers(): void {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  if (!existsSync(python)) {
    say(`Making ${environmentFolder}`);
    run(process.platform === "win32" ? "python" : "python3", ["-m", "venv", environmentFolder]);
  }
  for (const file of readdirSync(join(home, "peers")).sort()) {
    const text = readFileSync(join(home, "peers", file), "utf8");
    const required = /^# requires: (.*)$/m.exec(text)?.[1]?.split(" ");
    if (!required) continue;
    say(`${file}: ${required.join(", ")}`);
    const { status } = spawnSync(python, ["-m", "pip", "install", "--quiet", ...required], {
      stdio: "inherit",
    });
    if (status !== 0) {
      say(`${file} cannot be set up here: pip's words are above. The others go on without it.`);
      process.exitCode = 1;
    }
  }
}

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0)
    throw new UsageError(
      `${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}.`,
    );
}
