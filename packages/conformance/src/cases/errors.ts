import { type Backend, type MatrixInfo, NonnegError, type Operand } from "@nonneg/core";
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
  const backend = context.backend();
  const owned: unknown[] = [];
  try {
    await poison(context, (out, handle) => {
      owned.push(handle);
      return { ...out, handle };
    });
  } finally {
    for (const handle of owned) backend.release(handle);
  }
  await backend.sync().catch(() => undefined);
  await check(context, ...everyCall(context).slice(0, 8));
}

type Operate = (out: MatrixInfo, handle: unknown) => Operand<unknown>;

async function poison(context: Context, operand: Operate): Promise<void> {
  const { dtype } = context;
  const backend = context.backend();
  const n = Math.min(1_000_000, context.capabilities.maxElements);
  const info = (rows: number, cols: number): MatrixInfo => ({ rows, cols, dtype, format: "dense" });
  const ones = (rows: number, cols: number) =>
    operand(
      info(rows, cols),
      backend.upload(info(rows, cols), allocate(rows * cols, dtype).fill(1)),
    );
  const plain = { transA: false, transB: false };

  /** The matrix that a call gives, unless it throws as it may. */
  const attempt = (what: string, out: MatrixInfo, call: () => unknown) => {
    try {
      return operand(out, call());
    } catch (error) {
      demand(
        error instanceof NonnegError,
        () =>
          `${what} threw ${String(error)}: expected a NonnegError, such as NONNEG_OUT_OF_MEMORY around the allocation.`,
      );
      return undefined;
    }
  };
  const demandRejected = async (
    what: string,
    ...wanted: readonly (Operand<unknown> | undefined)[]
  ) => {
    if (wanted.some((one) => one === undefined)) return;
    const resolved = await backend.download(wanted as readonly Operand<unknown>[]).then(
      () => true,
      () => false,
    );
    demand(!resolved, `${what}: download resolved, expected the error of the product.`);
  };

  const [column, row, good] = [ones(n, 1), ones(1, n), ones(1, 1)];
  const whole = `A ${n}×1 by 1×${n} product`;
  const product = attempt(whole, info(n, n), () => backend.matmul(info(n, n), column, row, plain));
  if (product) {
    const tall = attempt("A product with a poisoned matrix", info(n, 1), () =>
      backend.matmul(info(n, 1), product, column, plain),
    );
    const one = info(1, 1);
    const sum = attempt("A sum of a poisoned matrix", one, () =>
      backend.reduce(one, "sum", product, "all"),
    );
    await demandRejected("A product with a poisoned matrix", tall);
    await demandRejected("A sum of a poisoned matrix", sum);
    if (sum) {
      for (const [what, call] of Object.entries(callsOn(backend, one, good, sum))) {
        const handle = attempt(`${what} of a poisoned matrix`, one, call);
        await demandRejected(`${what} of a poisoned matrix`, handle);
      }
    }
    await demandRejected("A poisoned matrix beside a good one", good, product);
    await demandRejected(whole, product);
  }
  const [alive] = await backend.download([good]);
  demand(alive![0] === 1, "A matrix made before the failure changed.");
}

/** Every call that a backend offers on 1×1 matrices, one of them bad. */
function callsOn(
  backend: Backend,
  one: MatrixInfo,
  good: Operand<unknown>,
  bad: Operand<unknown>,
): Record<string, () => unknown> {
  const plain = { transA: false, transB: false };
  const sweep = { factor: "H", l1: 0, l2: 0 } as const;
  const fair = { factor: "H", share: 1 } as const;
  return {
    matmul: () => backend.matmul(one, good, bad, plain),
    elementwise: () => backend.elementwise(one, "mul", [bad, 2]),
    reduce: () => backend.reduce(one, "max", bad, "rows"),
    ...(backend.gram && { gram: () => backend.gram!(one, bad, "AtA") }),
    ...(backend.scaleByRatio && {
      scaleByRatio: () => backend.scaleByRatio!(one, good, bad, good, 1),
    }),
    ...(backend.stationarity && {
      stationarity: () =>
        backend.stationarity!({ residual: one, scale: one }, good, bad, good, good, fair),
    }),
    ...(backend.coordinateSweep && {
      coordinateSweep: () => backend.coordinateSweep!(one, good, good, bad, sweep),
    }),
    ...(backend.nnls && { nnls: () => backend.nnls!(one, good, bad, good, "H") }),
  };
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
