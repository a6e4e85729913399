import { NonnegError } from "@nonneg/core";

/** TensorFlow's status RESOURCE_EXHAUSTED, and V8's word for an array that it cannot allocate. */
const outOfMemory = /TF_Status: 8\b|OOM when allocating|allocation failed/i;

/**
 * Calls into TensorFlow.
 * @throws NonnegError NONNEG_OUT_OF_MEMORY, NONNEG_BACKEND_FAILED instead of TensorFlow's own errors
 */
export function calling<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof NonnegError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw outOfMemory.test(message)
      ? new NonnegError(
          "NONNEG_OUT_OF_MEMORY",
          `TensorFlow could not allocate a matrix: ${message}. Factorize less at once, or on a machine with more memory.`,
          { cause: error },
        )
      : new NonnegError("NONNEG_BACKEND_FAILED", `TensorFlow failed: ${message}`, { cause: error });
  }
}
