/** usage: worker.js JOB: does one job of our side and prints its outcome; see job.ts. */
import { Failure, type Job, type Message, type Result } from "./job.js";

const job = JSON.parse(process.argv[2] ?? "{}") as Job;

// Each is loaded alone: the start-up measured is that of the library.
const measures: Readonly<
  Record<Job["measure"], () => Promise<{ measure: (job: Job) => Promise<Result> }>>
> = {
  iteration: () => import("./measures/iteration.js"),
  kernel: () => import("./measures/kernel.js"),
  quality: () => import("./measures/quality.js"),
  memory: () => import("./measures/memory.js"),
  "start-up": () => import("./measures/start-up.js"),
  probe: () => import("./measures/probe.js"),
  reference: () => import("./measures/reference.js"),
};

let message: Message;
try {
  const { measure } = await measures[job.measure]();
  message = { type: "result", result: await measure(job) };
} catch (error) {
  message = failureOf(error);
}
// A backend's threads may outlive the work: the process ends with the message.
process.stdout.write(`${JSON.stringify(message)}\n`, () => process.exit(0));

function failureOf(error: unknown): Message {
  const code = (error as { code?: string }).code;
  const reason = error instanceof Error ? error.message : String(error);
  const kind =
    error instanceof Failure
      ? error.kind
      : code === "NONNEG_BACKEND_UNAVAILABLE"
        ? "unavailable"
        : ["NONNEG_UNSUPPORTED", "NONNEG_DTYPE", "NONNEG_OPTION"].includes(code ?? "")
          ? "unsupported"
          : "crashed";
  return { type: "failure", kind, reason };
}
