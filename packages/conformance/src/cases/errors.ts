import { type HostArray, type MatrixInfo, NonnegError, type Operand } from "@nonneg/core";
import type { Context, Family } from "../context.js";
import { allocate } from "../data.js";
import { demand } from "../failure.js";
import { check } from "../sample.js";
import { everyCall } from "./every-call.js";

/** Work that cannot be done: it throws, or its error comes out at `download`; never a wrong number instead. */
export const errorsFamily: Family = (context) => [
  {
    name: "a failed allocation surfaces at the call or at download, and poisons what depends on it",
    run: () => withoutUnhandledRejections(() => impossible(context)),
  },
];

/**
 * An outer product of 10¹² entries: no machine holds 4 TB. Straight at the backend, because Linalg
 * refuses it before a backend hears of it.
 */
async function impossible(context: Context): Promise<void> {
  const { dtype } = context;
  const backend = context.backend();
  const n = Math.min(1_000_000, context.capabilities.maxElements);
  const info = (rows: number, cols: number): MatrixInfo => ({ rows, cols, dtype, format: "dense" });
  const owned: unknown[] = [];
  const operand = (out: MatrixInfo, handle: unknown): Operand<unknown> => {
    owned.push(handle);
    return { ...out, handle };
  };
  const column = operand(info(n, 1), backend.upload(info(n, 1), allocate(n, dtype).fill(1)));
  const row = operand(info(1, n), backend.upload(info(1, n), allocate(n, dtype).fill(1)));
  const small = operand(info(1, 2), backend.upload(info(1, 2), allocate(2, dtype).fill(3)));

  const attempt = (what: string, call: () => unknown): { handle: unknown } | undefined => {
    try {
      return { handle: call() };
    } catch (error) {
      demand(
        error instanceof NonnegError,
        () => `${what} threw ${String(error)}: expected a NonnegError.`,
      );
      return undefined;
    }
  };
  const demandRejected = async (what: string, wanted: readonly Operand<unknown>[]) => {
    let resolved: HostArray[] | undefined;
    try {
      resolved = await backend.download(wanted);
    } catch {
      return;
    }
    demand(
      false,
      `${what}: download resolved, to ${resolved.length} arrays, expected the error of the product.`,
    );
  };

  const product = attempt(`A ${n}×1 by 1×${n} product`, () =>
    backend.matmul(info(n, n), column, row, { transA: false, transB: false }),
  );
  if (product) {
    const poisoned = operand(info(n, n), product.handle);
    const dependents = [
      attempt("A sum of a poisoned matrix", () =>
        backend.reduce(info(1, 1), "sum", poisoned, "all"),
      ),
      attempt("A product with a poisoned matrix", () =>
        backend.matmul(info(n, 1), poisoned, column, { transA: false, transB: false }),
      ),
    ];
    const further = dependents.map(
      (made, i) => made && operand(info(i === 0 ? 1 : n, 1), made.handle),
    );
    if (further[0]) {
      const sum = further[0];
      const twice = attempt("Twice a poisoned sum", () =>
        backend.elementwise(info(1, 1), "mul", [sum, 2]),
      );
      if (twice) await demandRejected("Twice a poisoned sum", [operand(info(1, 1), twice.handle)]);
    }
    for (const matrix of further)
      if (matrix) await demandRejected("What depends on a poisoned matrix", [matrix]);
    await demandRejected("A poisoned matrix beside a good one", [small, poisoned]);
  }
  const [alive] = await backend.download([small]);
  demand(alive![0] === 3, "A matrix made before the failure changed.");
  for (const handle of owned) backend.release(handle);
  await backend.sync().catch(() => undefined);
  await check(context, ...everyCall(context).slice(0, 8));
}

/** @throws ConformanceFailure where `run` leaves a rejection that nobody handles */
async function withoutUnhandledRejections(run: () => Promise<void>): Promise<void> {
  if (typeof process === "undefined") return run();
  // The test runner listens too, and would blame the whole file.
  const others = process.listeners("unhandledRejection");
  const unhandled: unknown[] = [];
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => unhandled.push(reason));
  try {
    await run();
  } finally {
    // Rejections are reported after the microtasks of the turn that left them.
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  }
  demand(unhandled.length === 0, () => `A rejection that nobody handles: ${String(unhandled[0])}.`);
}
