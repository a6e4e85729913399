import { type Factor, type HostDense } from "@nonneg/core";
import type fc from "fast-check";
import type { Case, Context } from "../context.js";
import { demand } from "../failure.js";
import { property } from "../property.js";
import { type Approximate, compare } from "../sample.js";
import type { Instance, Recipe } from "./instance.js";
import { randomInstance } from "./random-instances.js";
import type { Subject } from "./subjects.js";
import { boundedStep, type BoundedStep, stepsFrom, type Taken, walk, type Walk } from "./walk.js";

/** What a theorem is tested with: one subject on one backend. */
export class Bench {
  readonly context: Context;
  readonly subject: Subject;
  /** Two iterations from a random start. All theorems that hold along a fit look at the same ones. */
  readonly fit = memoized((recipe: Recipe) =>
    walk(this.context.la(), this.subject, this.instance(recipe), ["H", "W", "H", "W"]),
  );
  /** One half-step on each factor from a random start. */
  readonly first = memoized(async (recipe: Recipe) => {
    const [moved] = await stepsFrom(this.context.la(), this.subject, this.instance(recipe));
    return moved!;
  });

  constructor(context: Context, subject: Subject) {
    this.context = { ...context, runs: subject.share(context.runs) };
    this.subject = subject;
  }

  instance(recipe: Recipe): Instance {
    return randomInstance(this.subject, this.context.dtype, recipe);
  }

  theorem<T>(name: string, arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>): Case {
    return property(this.context, `${this.subject.name}: ${name}`, arbitrary, holds);
  }

  bound(instance: Instance, factor: Factor): Promise<BoundedStep> {
    return boundedStep(this.context, this.subject, instance, factor);
  }

  /** Names the rule, the loss, the shapes and what was done. */
  label(what: string, { V, W }: Pick<Instance, "V" | "W">): string {
    return `${this.subject.name}, V ${V.rows}×${V.cols}, rank ${W.cols}: ${what}`;
  }

  /** @throws ConformanceFailure naming the worst entry and how many times its bound it is off */
  compare(what: string, instance: Instance, actual: HostDense, expected: Approximate): void {
    compare(this.context, this.label(what, instance), actual.data, expected);
  }

  demand(condition: boolean, what: () => string, instance: Instance): void {
    demand(
      condition,
      () => `${this.label(what(), instance)} (${this.context.dtype}, ${this.context.name})`,
    );
  }
}

/** Says which half-step of a walk failed. */
export function nth({ steps }: Walk, step: Taken): string {
  return `half-step ${steps.indexOf(step) + 1}, on ${step.factor}`;
}

/** Computes once for each recipe. */
function memoized<T>(compute: (recipe: Recipe) => Promise<T>): (recipe: Recipe) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (recipe) => {
    const key = JSON.stringify(recipe);
    const result = known.get(key) ?? compute(recipe);
    known.set(key, result);
    return result;
  };
}
