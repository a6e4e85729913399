import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { run } from "@nonneg/setup";
import { packageIn } from "../cache.js";
import type { Report } from "./progress.js";

const probe = fileURLToPath(new URL("./probe.js", import.meta.url));

/**
 * The version of TensorFlow in an installation.
 * @throws Error where it does not load, crashes, or computes wrongly
 */
export async function verify(
  directory: string,
  report: Report,
  signal?: AbortSignal,
): Promise<string> {
  const message = "Comparing a product by TensorFlow with one in plain JavaScript";
  report({ stage: "verify", message });
  return run(execPath, [probe, packageIn(directory)], { signal });
}
