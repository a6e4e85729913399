/** What the runner asks of a row's process, and what it is told: JSON, a message a line. */
import type { Dtype } from "@nonneg/core";
import type { KernelCase, LossName, Measure } from "./study.js";

export interface Job {
  readonly measure: Measure | "probe" | "reference";
  /** what `openBackend` takes */
  readonly backend: string;
  /** of a peer, instead of the backend */
  readonly algorithm: string;
  readonly threads: number;
  readonly dtype: Dtype;
  readonly loss: LossName;
  readonly rule: string;
  /** where the case's files are */
  readonly folder: string;
  readonly kernel?: KernelCase;
  readonly iterations: readonly [warm: number, timed: number];
  readonly seconds: number;
  /** Objectives at iterations, which the row must reach; of the first round only. */
  readonly verify: boolean;
  readonly reference?: Reference;
  /** of objective over time: where to stop */
  readonly target?: number;
}

/** Objective, from the reference backend in float64, by "W 10": which factor moves first, and after how many iterations. */
export type Reference = Readonly<Record<string, number>>;

/** A point of a fit's way down. */
export type Trace = readonly (readonly [seconds: number, objective: number])[];

export interface Result {
  /** in the unit of the measure; NaN (null in JSON) where it is read from the trace */
  readonly value: number | null;
  /** D_β(V‖WH) at the end */
  readonly objective?: number;
  readonly iterations?: number;
  readonly trace?: Trace;
  /** where a stop rule of its own ended the fit, on the trace's scales */
  readonly stopped?: readonly [seconds: number, objective: number];
  /** of the work measured, where the worker knows them */
  readonly flops?: number;
  readonly bytes?: number;
  /** what `value` must stay under */
  readonly bound?: number;
  /** figures beside the value */
  readonly parts?: Readonly<Record<string, number>>;
  readonly versions?: Readonly<Record<string, string>>;
}

export type FailureKind =
  | "wrong" // not the reference's result
  | "crashed"
  | "hung" // past its time
  | "memory" // past its memory
  | "unavailable" // cannot run here
  | "unsupported"; // does not offer this

export type Message =
  | { readonly type: "result"; readonly result: Result }
  | { readonly type: "failure"; readonly kind: FailureKind; readonly reason: string };

/** Why a process gave no result. */
export class Failure extends Error {
  readonly kind: FailureKind;
  constructor(kind: FailureKind, reason: string) {
    super(reason);
    this.kind = kind;
  }
}
