/** A study as its rows: what runs, in order. */
import { basename } from "node:path";
import type { Dtype } from "@nonneg/core";
import { type FitCase, isKernel, type KernelCase, type LossName, type Study } from "./study.js";

/** One side of a comparison on one piece of work. */
export interface Row {
  /** everything that tells it from the others */
  readonly id: string;
  /** what is compared: rows of one group do the same work, by whatever rule and library */
  readonly group: string;
  /** the series it is a point of, and where */
  readonly series?: { readonly name: string; readonly along: string; readonly at: number };
  /** as shown: a backend's name, or a peer with its algorithm */
  readonly side: string;
  /** what `openBackend` takes, or the peer's file and its algorithm */
  readonly backend?: string;
  readonly peer?: { readonly name: string; readonly algorithm: string };
  readonly loss: LossName;
  readonly rule: string;
  readonly threads: number;
  readonly dtype: Dtype;
  readonly work: FitWork | KernelCase;
}

/** A matrix to factorize, every size known; rows and cols of `data` are read with it. */
export interface FitWork {
  readonly name: string;
  readonly rows?: number;
  readonly cols?: number;
  readonly rank: number;
  readonly density?: number;
  readonly data?: string;
  readonly iterations: readonly [warm: number, timed: number];
}

/** The rows of a study; those whose id holds each word of `filter`. */
export function planOf(study: Study, options: { peers: boolean; filter?: string }): Row[] {
  const words = (options.filter ?? "").toLowerCase().split(/\s+/);
  return study.cases
    .flatMap((one) =>
      isKernel(one) ? kernelRows(study, one, options) : fitRows(study, one, options),
    )
    .filter(({ id }) => words.every((word) => id.toLowerCase().includes(word)));
}

function kernelRows(study: Study, work: KernelCase, { peers }: { peers: boolean }): Row[] {
  const sides = [...backendsOf(study), ...(peers && !work.composed ? peersOf(study) : [])];
  return study.dtypes.flatMap((dtype) =>
    study.threads.flatMap((threads) =>
      sides.map((side) => {
        const group = label(work.name, threadsLabel(threads), dtype);
        const id = label(group, side.side);
        return { id, group, ...side, loss: "euclidean", rule: "", threads, dtype, work };
      }),
    ),
  );
}

function fitRows(study: Study, one: FitCase, { peers }: { peers: boolean }): Row[] {
  return points(one).flatMap(({ work, series, threads: pinned }) =>
    study.dtypes.flatMap((dtype) =>
      (pinned === undefined ? study.threads : [pinned]).flatMap((threads) =>
        (study.measure === "start-up"
          ? study.losses.slice(0, 1)
          : (one.losses ?? study.losses)
        ).flatMap((loss): Row[] => {
          const group = label(work.name, loss, threadsLabel(threads), dtype);
          const common = {
            group,
            loss,
            threads,
            dtype,
            work,
            ...(series && { series: { ...series, name: label(series.name, loss) } }),
          };
          const ours = backendsOf(study).flatMap((side) =>
            study.rules
              // The others minimise the squared error alone.
              .filter((rule) => loss === "euclidean" || rule === "multiplicative")
              .map((rule) => ({
                ...common,
                ...side,
                side: rule === "multiplicative" ? side.side : `${side.side} ${rule}`,
                rule,
              })),
          );
          const theirs = peers
            ? peersOf(study).map((side) => ({ ...common, ...side, rule: side.peer.algorithm }))
            : [];
          return [...theirs, ...ours].map((row) => ({ id: label(group, row.side), ...row }));
        }),
      ),
    ),
  );
}

/** The points of a series, or the case itself. */
function points(
  one: FitCase,
): { work: FitWork; series?: NonNullable<Row["series"]>; threads?: number }[] {
  const { threads, ...sizes } = one;
  for (const along of ["rows", "cols", "rank", "density", "threads"] as const) {
    const values = one[along];
    if (typeof values !== "object") continue;
    return values.map((at) => {
      const work = {
        ...sizes,
        ...(along === "threads" ? {} : { [along]: at }),
        name: along === "threads" ? one.name : `${one.name}, ${SHORT[along]} = ${at}`,
      };
      return {
        work: work as FitWork,
        series: { name: one.name, along: SHORT[along], at },
        ...(along === "threads" ? { threads: at } : typeof threads === "number" ? { threads } : {}),
      };
    });
  }
  return [{ work: sizes as FitWork, ...(typeof threads === "number" && { threads }) }];
}

const SHORT = { rows: "m", cols: "n", rank: "k", density: "density", threads: "threads" };

const backendsOf = (study: Study) =>
  study.backends.map((backend) => ({
    side: /[/\\]/.test(backend) ? basename(backend) : backend,
    backend,
  }));

const peersOf = (study: Study) =>
  study.peers.map((side) => {
    const [name = "", algorithm = ""] = side.split(":");
    return { side, peer: { name, algorithm } };
  });

const label = (...parts: string[]) => parts.join(" · ");
const threadsLabel = (threads: number) => `${threads} thread${threads === 1 ? "" : "s"}`;
