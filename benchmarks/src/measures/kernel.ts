import { check, contextOf, type Sample, threeVerbs } from "@nonneg/conformance/cases";
import { type Dtype, type HostArray, type HostMatrix, Linalg } from "@nonneg/core";
import { openBackend } from "nonneg";
import { median } from "simple-statistics";
import { Failure, type Job, type Result } from "../job.js";
import { sampleOf } from "./kernels.js";

/** Least seconds of a batch of calls that one clock reading covers. */
const BATCH = 0.02;

/** Milliseconds a call, its result waited for: the median over batches. The first round holds the result to its bound. */
export async function measure(job: Job): Promise<Result> {
  const { kernel } = job;
  if (!kernel) throw new Failure("crashed", "the job names no kernel");
  const { la: whole } = await openBackend(job.backend, { threads: job.threads });
  const la = kernel.composed ? new Linalg(threeVerbs(whole.backend)) : whole;
  if (!la.supports(job.dtype))
    throw new Failure("unsupported", `${la.backendName} has no ${job.dtype}`);
  const context = contextOf(
    la.backend,
    job.dtype,
    {
      name: job.backend,
      seed: 1,
      runs: 1,
      create: () => Promise.reject(new Error("a benchmark opens one backend")),
    },
    () => la,
  );
  const sample = sampleOf(context, kernel);
  if (job.verify) await verify(context, sample);

  const inputs = sample.inputs.map((input) => la.upload(input));
  let bytes = sample.inputs.reduce((sum, input) => sum + bytesOf(input), 0);
  const call = async () => {
    const made = await sample.compute(la, inputs);
    for (const matrix of made) matrix[Symbol.dispose]();
    return made;
  };
  for (const { rows, cols, dtype } of await call()) bytes += rows * cols * BYTES[dtype];
  const batch = async (calls: number) => {
    const begun = performance.now();
    for (let i = 0; i < calls; i++) await call();
    await la.backend.sync();
    return performance.now() - begun;
  };
  const once = Math.min(await batch(1), await batch(1), await batch(1));
  const calls = Math.max(1, Math.ceil((1000 * BATCH) / once));
  const times: number[] = [];
  const end = performance.now() + 1000 * job.seconds;
  do times.push((await batch(calls)) / calls);
  while (performance.now() < end && times.length < 200);
  return {
    value: median(times),
    iterations: times.length * calls,
    bytes,
    ...(sample.flops !== undefined && { flops: sample.flops }),
    versions: { ...la.backend.description.versions },
  };
}

async function verify(context: Parameters<typeof check>[0], sample: Sample): Promise<void> {
  try {
    await check(context, sample);
  } catch (error) {
    if ((error as Error).name === "ConformanceFailure")
      throw new Failure("wrong", (error as Error).message);
    throw error;
  }
}

const BYTES: Readonly<Record<Dtype, number>> = { float32: 4, float64: 8 };
const lengthOf = (data: HostArray | Int32Array) => data.byteLength;
const bytesOf = (input: HostMatrix): number =>
  "indptr" in input
    ? lengthOf(input.values) + lengthOf(input.indices) + lengthOf(input.indptr)
    : lengthOf(input.data);
