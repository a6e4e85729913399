import {
  type Factor,
  type Factors,
  gradientTerms,
  type HalfStep,
  type HostArray,
  type HostDense,
  Linalg,
  type Matrix,
  type Problem,
  Scope,
} from "@nonneg/core";
import type { Context } from "../context.js";
import { ETA } from "../reference/rules.js";
import type { Approximate } from "../sample.js";
import { type Bounded, BoundingBackend } from "./bounding-backend.js";
import type { Instance } from "./instance.js";
import type { Subject } from "./subjects.js";

/** A half-step that the backend took, downloaded: where from, where to, and its gradient split. */
export interface Taken {
  readonly factor: Factor;
  /** the instance with the iterate that the step left */
  readonly from: Instance;
  readonly next: HostDense;
  readonly numerator: HostDense;
  readonly denominator: HostDense;
}

export interface Walk {
  readonly steps: readonly Taken[];
  /** V (stored values, for CSR), W and H of the start as they are on the backend after all steps. */
  readonly start: { readonly V: HostArray; readonly W: HostArray; readonly H: HostArray };
}

/** Takes half-steps on the backend, each from where the last one came to, with one download at the end. */
export async function walk(
  la: Linalg,
  { rule }: Subject,
  instance: Instance,
  sequence: readonly Factor[],
): Promise<Walk> {
  using scope = new Scope();
  const { problem, at: start } = upload(la, scope, instance);
  const halfSteps: HalfStep[] = [];
  let at = start;
  for (const factor of sequence) {
    const halfStep = scope.own(await rule.step(la, problem, at, factor));
    scope.own(halfStep.next);
    halfSteps.push(halfStep);
    at = { ...at, [factor]: halfStep.next };
  }
  const matrices = halfSteps.flatMap((step) => [step.next, step.numerator, step.denominator]);
  const [V, W, H, ...results] = await la.download(problem.V, start.W, start.H, ...matrices);
  const host = (i: number) => ({ ...shapeOf(matrices[i]!), data: results[i]! });
  let from = instance;
  const steps = sequence.map((factor, s): Taken => {
    const taken = {
      factor,
      from,
      next: host(3 * s),
      numerator: host(3 * s + 1),
      denominator: host(3 * s + 2),
    };
    from = { ...from, [factor]: taken.next };
    return taken;
  });
  return { steps, start: { V: V!, W: W!, H: H! } };
}

/** One half-step on each factor, both from the instance itself, with one download. */
export async function stepsFrom(
  la: Linalg,
  subject: Subject,
  ...instances: readonly Instance[]
): Promise<readonly Readonly<Record<Factor, HostDense>>[]> {
  using scope = new Scope();
  const moved: Matrix[] = [];
  for (const instance of instances) {
    const { problem, at } = upload(la, scope, instance);
    for (const factor of ["W", "H"] as const) {
      const halfStep = scope.own(await subject.rule.step(la, problem, at, factor));
      moved.push(scope.own(halfStep.next));
    }
  }
  const data = await la.download(...moved);
  const host = (i: number) => ({ ...shapeOf(moved[i]!), data: data[i]! });
  return instances.map((_, i) => ({ W: host(2 * i), H: host(2 * i + 1) }));
}

/** `gradientTerms` at the instance, by both factors, with one download. */
export async function gradientsAt(
  la: Linalg,
  instance: Instance,
): Promise<Readonly<Record<Factor, Readonly<Record<"numerator" | "denominator", HostDense>>>>> {
  using scope = new Scope();
  const { problem, at } = upload(la, scope, instance);
  const splits = (["W", "H"] as const).map((factor) =>
    scope.own(gradientTerms(la, problem, at, factor)),
  );
  const matrices = splits.flatMap(({ numerator, denominator }) => [numerator, denominator]);
  const data = await la.download(...matrices);
  const host = (i: number) => ({ ...shapeOf(matrices[i]!), data: data[i]! });
  return {
    W: { numerator: host(0), denominator: host(1) },
    H: { numerator: host(2), denominator: host(3) },
  };
}

/** What half-steps and gradients may come out as: values in float64, and a bound for each entry. */
export interface BoundedStep {
  readonly next: Approximate;
  readonly numerator: Approximate;
  readonly denominator: Approximate;
}

/**
 * The half-step of the rule itself from the instance, in float64, with the error that a backend of
 * the context's capabilities may make in it.
 * None is carried through what a rule decides by values that it read back.
 */
export async function boundedStep(
  { capabilities }: Context,
  { rule }: Subject,
  instance: Instance,
  factor: Factor,
): Promise<BoundedStep> {
  const la = new Linalg(new BoundingBackend(capabilities));
  using scope = new Scope();
  const { problem, at } = upload(la, scope, instance);
  const halfStep = scope.own(await rule.step(la, problem, at, factor));
  return {
    next: bounded(la, scope.own(halfStep.next)),
    numerator: bounded(la, halfStep.numerator),
    denominator: bounded(la, halfStep.denominator),
  };
}

/** `gradientTerms` of core at the instance, in float64, with their bounds. */
export function boundedGradient(
  { capabilities }: Context,
  instance: Instance,
  factor: Factor,
): Pick<BoundedStep, "numerator" | "denominator"> {
  const la = new Linalg(new BoundingBackend(capabilities));
  using scope = new Scope();
  const { problem, at } = upload(la, scope, instance);
  const { numerator, denominator } = scope.own(gradientTerms(la, problem, at, factor));
  return { numerator: bounded(la, numerator), denominator: bounded(la, denominator) };
}

/** The instance on a backend; the scope owns it. */
export function upload(
  la: Linalg,
  { own }: Scope,
  { beta, V: hostV, weights: given, penalties, simplex, W, H }: Instance,
): { readonly problem: Problem; readonly at: Factors } {
  const V = own(la.upload(hostV));
  const at = { W: own(la.upload(W)), H: own(la.upload(H)) };
  const eta = { W: ETA, H: ETA };
  if (!given) return { problem: { beta, V, penalties, simplex, eta }, at };
  const weights =
    "unit" in given
      ? own(la.elementwise("min", [own(la.mul(V, 1 / given.unit)), 2]))
      : own(la.upload(given));
  return { problem: { beta, V, weights, penalties, eta }, at };
}

/** A matrix of a bounding backend, opened. */
export function bounded(la: Linalg, matrix: Matrix): Approximate {
  const { value, bound } = matrix.operand(la).handle as Bounded;
  return { ...shapeOf(matrix), values: value, bound };
}

function shapeOf({ rows, cols }: { readonly rows: number; readonly cols: number }) {
  return { rows, cols };
}
