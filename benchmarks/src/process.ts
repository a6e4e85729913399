/** Runs one job in a process of its own, within a time and a memory limit. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type FailureKind, type Message, type Result } from "./job.js";
import type { Limits } from "./study.js";

export type Outcome = { readonly seconds: number; readonly peakMegabytes: number } & (
  | { readonly result: Result }
  | { readonly failure: { readonly kind: FailureKind; readonly reason: string } }
);

const POLL_MS = 100;
/** They would choose a kernel, or a backend, for one side alone. */
const LEFT_OUT = new Set([
  "OPENBLAS_CORETYPE",
  "OPENBLAS_L2_SIZE",
  "NONNEG_BACKEND",
  "NONNEG_THREADS",
]);

/** Children choose their own kernels, and compute with `threads` threads whatever library they use. */
function environmentOf(threads: number): NodeJS.ProcessEnv {
  const count = String(threads);
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEFT_OUT.has(name))),
    OMP_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    RAYON_NUM_THREADS: count,
    TF_CPP_MIN_LOG_LEVEL: "2",
    PYTHONWARNINGS: "ignore",
  };
}

/**
 * Starts the command and gives the last message it prints. Whatever happens to the process is an
 * outcome; nothing is thrown but an abort's reason.
 */
export async function runProcess(
  command: readonly string[],
  {
    threads,
    limits,
    signal,
  }: { threads: number; limits: Limits; signal?: AbortSignal | undefined },
): Promise<Outcome> {
  const [program, args] = withDeadline(command, limits.seconds * (threads + 1));
  const begun = performance.now();
  const child = spawn(program, args, {
    env: environmentOf(threads),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let message: Message | undefined;
  let ended: { kind: FailureKind; reason: string } | undefined;
  let peak = 0;
  let stderr = "";

  const end = (kind: FailureKind, reason: string) => {
    ended ??= { kind, reason };
    child.kill("SIGKILL");
  };
  // Libraries print what they like: a message is a line of JSON with a type.
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith('{"type"')) return;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      // cut short by a crash, which is told below
    }
  });
  child.stderr.on("data", (text: Buffer) => (stderr = (stderr + text.toString()).slice(-2000)));
  const timer = setTimeout(
    () => end("hung", `no result after ${limits.seconds} s, its time limit`),
    limits.seconds * 1000,
  );
  const watch = setInterval(() => {
    void residentMegabytes(child.pid).then(({ now, most }) => {
      peak = Math.max(peak, most);
      if (now > limits.megabytes)
        end("memory", `${Math.round(now)} MB resident, its limit is ${limits.megabytes} MB`);
    });
  }, POLL_MS);
  const abort = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", abort);

  const exit = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(`it did not start: ${error.message}`));
    child.on("close", (code, by) => resolve(by ? `killed by ${by}` : `exit code ${String(code)}`));
  });
  clearTimeout(timer);
  clearInterval(watch);
  signal?.removeEventListener("abort", abort);
  signal?.throwIfAborted();

  const seconds = (performance.now() - begun) / 1000;
  const common = { seconds, peakMegabytes: peak };
  if (ended) return { ...common, failure: ended };
  if (message?.type === "failure")
    return { ...common, failure: { kind: message.kind, reason: message.reason } };
  if (message && exit === "exit code 0") return { ...common, result: message.result };
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return {
    ...common,
    failure: { kind: "crashed", reason: last ? `${exit}: ${last.slice(0, 300)}` : exit },
  };
}

/** The system ends a process after so much processor time, even where the runner is gone by then. */
function withDeadline(command: readonly string[], seconds: number): [string, string[]] {
  const [program = "", ...args] = command;
  if (process.platform === "win32") return [program, args];
  return ["/bin/sh", ["-c", `ulimit -t ${Math.ceil(seconds)}; exec "$@"`, "sh", program, ...args]];
}

/** Memory of a process in MB: what it holds, and the most it held (known on Linux; elsewhere the same). */
async function residentMegabytes(pid: number | undefined): Promise<{ now: number; most: number }> {
  try {
    const status = await readFile(`/proc/${pid ?? ""}/status`, "utf8");
    const read = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    return { now: read("VmRSS"), most: read("VmHWM") };
  } catch {
    return await askPs(pid);
  }
}

async function askPs(pid: number | undefined): Promise<{ now: number; most: number }> {
  if (process.platform === "win32" || process.platform === "linux") return { now: 0, most: 0 };
  const ps = spawn("ps", ["-o", "rss=", "-p", String(pid)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  for await (const chunk of ps.stdout) text += String(chunk);
  const now = Number(text) / 1024;
  return { now, most: now };
}
