import {
  type Backend,
  factorize,
  type FactorizeOptions,
  type HostArray,
  type HostMatrix,
  Linalg,
  NonnegError,
  type Rule,
  rules,
} from "@nonneg/core";
import type { Case, Context, Family } from "../context.js";
import { dense, sparse } from "../data.js";
import { demand } from "../failure.js";
import { watched } from "../watched.js";

const [ROWS, COLS, RANK] = [9, 7, 3];
/** Calls of a fit that are made to fail, one after the other. */
const POINTS = 12;

/** Fits that do not end as they should give back whatever they held on the backend; checks tell the truth. */
export const wholeFitsFamily: Family = (context) => [
  ...rules.flatMap((rule) => {
    const betas = [2, 1].filter((beta) => rule.supports({ beta }));
    const formats = context.capabilities.sparse
      ? (["dense", "csr"] as const)
      : (["dense"] as const);
    return betas.flatMap((beta) =>
      formats.flatMap((format) => casesOf(context, rule, beta, format)),
    );
  }),
  ...checksOf(context),
];

/**
 * The objective at a check, taken the cheapest way that resolves `tol`, against that of the certificate, taken the
 * most accurate way: the farther V is from 0 beside its spread, the sooner the Gram form cancels.
 */
function checksOf(context: Context): Case[] {
  if (!context.capabilities.dtypes.includes("float64")) return [];
  const spread = dense(60, 40, "float64", "positive", 2).data;
  return [2, 1].map((beta) => ({
    name: `β = ${beta}: the objective at a check is right to a quarter of what tol resolves`,
    run: async () => {
      for (const offset of [0, 3, 30, 300, 3000]) {
        const data = context.dtype === "float32" ? new Float32Array(2400) : new Float64Array(2400);
        data.set(spread.map((x) => x + offset));
        const options = { rank: 3, loss: beta, kktTol: 0, tol: 1e-5, maxIterations: 40 } as const;
        const V = { rows: 60, cols: 40, data };
        const { history, objective } = await factorize(context.la(), V, {
          ...options,
          checkEvery: 20,
        });
        const allowed = 0.25 * 20 * options.tol * constantCost(data, beta);
        const error = Math.abs(history.at(-1)!.objective - objective);
        demand(
          error <= allowed,
          () => `V ≥ ${offset}: off by ${error} from ${objective}, allowed ${allowed}.`,
        );
      }
    },
  }));
}

/** D_β of V against its mean, β = 2 or 1. */
function constantCost(V: HostArray, beta: number): number {
  const data = Float64Array.from(V);
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  const term = (x: number) =>
    beta === 2 ? (x - mean) ** 2 / 2 : x * Math.log(x / mean) - x + mean;
  return data.reduce((sum, x) => sum + term(x), 0);
}

function casesOf(context: Context, rule: Rule, beta: number, format: "dense" | "csr"): Case[] {
  const of = `${rule.title}, β = ${beta}, ${format}`;
  const V: HostMatrix =
    format === "csr"
      ? sparse(ROWS, COLS, context.dtype, "positive", 1)
      : dense(ROWS, COLS, context.dtype, "positive", 1);
  const options = {
    rank: RANK,
    algorithm: rule.algorithm,
    loss: beta,
    tol: 0,
    kktTol: 0,
    checkEvery: 1,
    maxIterations: 2,
  } as FactorizeOptions;

  return [
    {
      name: `${of}: a fit that is aborted gives all of its memory back`,
      run: async () => {
        const watch = watched(context.backend());
        const abort = new AbortController();
        const { stoppedBy, iterations } = await factorize(new Linalg(watch.backend), V, {
          ...options,
          maxIterations: 1000,
          signal: abort.signal,
          onIteration: ({ iteration }) => {
            if (iteration === 3) abort.abort();
          },
        });
        demand(stoppedBy === "aborted", `It stopped by "${stoppedBy}" after ${iterations}.`);
        demand(watch.live() === 0, `${watch.live()} handles were not released.`);
      },
    },
    {
      name: `${of}: so does one that an error ends, wherever it comes`,
      run: async () => {
        const calls = countingCalls(context.backend(), Infinity);
        await factorize(new Linalg(calls.backend), V, options);
        const total = calls.made();
        // A kernel may have made things that only the calls after it give back: not every call, but all over.
        for (let point = 1; point <= POINTS; point++) {
          const call = Math.ceil((point * total) / POINTS);
          const watch = watched(countingCalls(context.backend(), call).backend);
          const error: unknown = await factorize(new Linalg(watch.backend), V, options).catch(
            (reason: unknown) => reason,
          );
          demand(
            error === refusal,
            () => `Call ${call} of ${total} failed, the fit: ${String(error)}`,
          );
          demand(
            watch.live() === 0,
            `Call ${call} of ${total} failed: ${watch.live()} handles were not released.`,
          );
        }
      },
    },
  ];
}

const refusal = new NonnegError("NONNEG_BACKEND_FAILED", "This call was made to fail.");

/** The same backend; of its calls that compute or move data, number `failing` throws instead. */
function countingCalls<H>(inner: Backend<H>, failing: number) {
  let calls = 0;
  const spared = new Set<PropertyKey>(["release", Symbol.asyncDispose]);
  const backend = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (!spared.has(name) && ++calls === failing) throw refusal;
        return (value as (...given: unknown[]) => unknown).apply(target, given);
      };
    },
  });
  return { backend, made: () => calls };
}
